package taproot.normalizer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes one {@link CommandRecord} with one generator. The methods' names say what DESIGN §5 says with a question
 * mark: {@code some…} leaves out what is empty, the others write null.
 */
final class RecordWriter {
    private static final SerializableString V = name("v");
    private static final SerializableString KEY = name("key");
    private static final SerializableString SID = name("sid");
    private static final SerializableString ROOT = name("root");
    private static final SerializableString PARENT = name("parent");
    private static final SerializableString SESSION = name("session");
    private static final SerializableString DETACHED = name("detached");
    private static final SerializableString LATE = name("late");
    private static final SerializableString ARGV = name("argv");
    private static final SerializableString COMMAND = name("command");
    private static final SerializableString HIERARCHY = name("hierarchy");
    private static final SerializableString MODE = name("mode");
    private static final SerializableString ALIAS = name("alias");
    private static final SerializableString NAME = name("name");
    private static final SerializableString READ_ONLY = name("read_only");
    private static final SerializableString EFFECTS = name("effects");
    private static final SerializableString REPOSITORY = name("repository");
    private static final SerializableString ID = name("id");
    private static final SerializableString WORKTREE = name("worktree");
    private static final SerializableString GIT_DIR = name("git_dir");
    private static final SerializableString COMMON_DIR = name("common_dir");
    private static final SerializableString UNRESOLVED = name("unresolved");
    private static final SerializableString GIT_VERSION = name("git_version");
    private static final SerializableString PID = name("pid");
    private static final SerializableString CALLER = name("caller");
    private static final SerializableString ANCESTRY = name("ancestry");
    private static final SerializableString STARTED_AT = name("started_at");
    private static final SerializableString FINISHED_AT = name("finished_at");
    private static final SerializableString DURATION_US = name("duration_us");
    private static final SerializableString OUTCOME = name("outcome");
    private static final SerializableString EXIT_CODE = name("exit_code");
    private static final SerializableString SIGNAL = name("signal");
    private static final SerializableString ERRORS = name("errors");
    private static final SerializableString PARAMS = name("params");
    private static final SerializableString VALUE = name("value");
    private static final SerializableString SCOPE = name("scope");
    private static final SerializableString PROCESSES = name("processes");
    private static final SerializableString CHILDREN = name("children");
    private static final SerializableString CLASS = name("class");
    private static final SerializableString HOOK = name("hook");
    private static final SerializableString BACKGROUND = name("background");
    private static final SerializableString TIMERS = name("timers");
    private static final SerializableString CATEGORY = name("category");
    private static final SerializableString INTERVALS = name("intervals");
    private static final SerializableString TOTAL_US = name("total_us");
    private static final SerializableString MIN_US = name("min_us");
    private static final SerializableString MAX_US = name("max_us");
    private static final SerializableString COUNTERS = name("counters");
    private static final SerializableString COUNT = name("count");
    private static final SerializableString ANNOTATIONS = name("annotations");
    private static final SerializableString REF_CHANGES = name("ref_changes");
    private static final SerializableString REF = name("ref");
    private static final SerializableString OLD = name("old");
    private static final SerializableString NEW = name("new");
    private static final SerializableString SOURCE = name("source");
    private static final SerializableString REF_CONFIDENCE = name("ref_confidence");
    private static final SerializableString REWRITES = name("rewrites");
    private static final SerializableString EVENTS = name("events");
    private static final SerializableString TRUNCATED = name("truncated");
    private static final SerializableString DROPPED = name("dropped");
    private static final SerializableString TRACE = name("trace");

    private final JsonGenerator out;
    private final byte[] time = new byte[RecordTime.LENGTH];

    RecordWriter(JsonGenerator out) {
        this.out = out;
    }

    void record(CommandRecord c) throws IOException {
        out.writeStartObject();
        number(V, CommandRecord.VERSION);
        identity(c);
        what(c);
        ending(c);
        someTexts(ERRORS, c.errors());
        someParams(c.params());
        processes(c.processes());
        someChildren(c.children());
        someMeasures(c);
        someAnnotations(c.annotations());
        someRefChanges(c.refChanges());
        someText(REF_CONFIDENCE, c.refConfidence());
        someRewrites(c.rewrites());
        number(EVENTS, c.events());
        flag(TRUNCATED, c.truncated());
        someDropped(c.dropped());
        text(TRACE, c.trace().wire());
        out.writeEndObject();
    }

    private void identity(CommandRecord c) throws IOException {
        text(KEY, c.key());
        text(SID, c.sid());
        text(ROOT, c.root());
        someText(PARENT, c.parent());
        someText(SESSION, c.session());
        flag(DETACHED, c.detached());
        someFlag(LATE, c.late());
    }

    private void what(CommandRecord c) throws IOException {
        texts(ARGV, c.argv());
        text(COMMAND, c.command());
        someText(HIERARCHY, c.hierarchy());
        someText(MODE, c.mode());
        CommandRecord.Alias alias = c.alias();
        if (alias != null) {
            out.writeFieldName(ALIAS);
            out.writeStartObject();
            text(NAME, alias.name());
            texts(ARGV, alias.argv());
            out.writeEndObject();
        }
        flag(READ_ONLY, c.readOnly());
        if (startSome(EFFECTS, c.effects())) {
            for (Effect effect : c.effects()) {
                EffectJson.write(effect, out);
            }
            out.writeEndArray();
        }
        someRepository(c.repository());
        text(GIT_VERSION, c.gitVersion());
        number(PID, c.pid());
        someText(CALLER, c.caller());
        texts(ANCESTRY, c.ancestry());
    }

    private void ending(CommandRecord c) throws IOException {
        time(STARTED_AT, c.startedAt());
        time(FINISHED_AT, c.finishedAt());
        number(DURATION_US, c.durationUs());
        text(OUTCOME, c.outcome().wire());
        number(EXIT_CODE, c.exitCode());
        number(SIGNAL, c.signal());
    }

    private void someRepository(CommandRecord.@Nullable Repository repository) throws IOException {
        if (repository == null) {
            return;
        }
        out.writeFieldName(REPOSITORY);
        out.writeStartObject();
        someText(ID, repository.id());
        someText(WORKTREE, repository.worktree());
        someText(GIT_DIR, repository.gitDir());
        someText(COMMON_DIR, repository.commonDir());
        someText(UNRESOLVED, repository.unresolved());
        out.writeEndObject();
    }

    private void someParams(List<CommandRecord.Param> params) throws IOException {
        if (!startSome(PARAMS, params)) {
            return;
        }
        for (CommandRecord.Param param : params) {
            out.writeStartObject();
            text(NAME, param.name());
            someText(VALUE, param.value());
            someText(SCOPE, param.scope());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private void processes(List<CommandRecord.ProcessEntry> processes) throws IOException {
        out.writeFieldName(PROCESSES);
        out.writeStartArray();
        for (CommandRecord.ProcessEntry process : processes) {
            out.writeStartObject();
            text(SID, process.sid());
            someText(PARENT, process.parent());
            texts(ARGV, process.argv());
            text(COMMAND, process.command());
            someRepository(process.repository());
            time(STARTED_AT, process.startedAt());
            number(DURATION_US, process.durationUs());
            text(OUTCOME, process.outcome() == null ? null : process.outcome().wire());
            number(EXIT_CODE, process.exitCode());
            someFlag(DETACHED, process.detached());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private void someChildren(List<CommandRecord.ChildEntry> children) throws IOException {
        if (!startSome(CHILDREN, children)) {
            return;
        }
        for (CommandRecord.ChildEntry child : children) {
            out.writeStartObject();
            text(CLASS, child.childClass());
            someText(HOOK, child.hook());
            texts(ARGV, child.argv());
            someFlag(BACKGROUND, child.background());
            time(STARTED_AT, child.startedAt());
            number(DURATION_US, child.durationUs());
            number(EXIT_CODE, child.exitCode());
            if (!child.sid().isEmpty()) {
                text(SID, child.sid());
            }
            if (child.pid() != null) {
                number(PID, child.pid());
            }
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private void someMeasures(CommandRecord c) throws IOException {
        if (startSome(TIMERS, c.timers())) {
            for (CommandRecord.Timer timer : c.timers()) {
                out.writeStartObject();
                text(CATEGORY, timer.category());
                text(NAME, timer.name());
                number(INTERVALS, timer.intervals());
                number(TOTAL_US, timer.totalUs());
                number(MIN_US, timer.minUs());
                number(MAX_US, timer.maxUs());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        if (startSome(COUNTERS, c.counters())) {
            for (CommandRecord.Counter counter : c.counters()) {
                out.writeStartObject();
                text(CATEGORY, counter.category());
                text(NAME, counter.name());
                number(COUNT, counter.count());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
    }

    private void someAnnotations(Map<String, String> annotations) throws IOException {
        if (annotations.isEmpty()) {
            return;
        }
        out.writeFieldName(ANNOTATIONS);
        out.writeStartObject();
        for (Map.Entry<String, String> annotation : annotations.entrySet()) {
            out.writeFieldName(whole(annotation.getKey()));
            out.writeString(annotation.getValue());
        }
        out.writeEndObject();
    }

    private void someRefChanges(List<CommandRecord.RefChange> changes) throws IOException {
        if (!startSome(REF_CHANGES, changes)) {
            return;
        }
        for (CommandRecord.RefChange change : changes) {
            out.writeStartObject();
            text(REF, change.ref());
            text(OLD, change.old());
            text(NEW, change.current());
            text(SOURCE, change.source());
            someText(SID, change.sid());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private void someRewrites(List<CommandRecord.Rewrite> rewrites) throws IOException {
        if (!startSome(REWRITES, rewrites)) {
            return;
        }
        for (CommandRecord.Rewrite rewrite : rewrites) {
            out.writeStartObject();
            text(OLD, rewrite.old());
            text(NEW, rewrite.current());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private void someDropped(Map<String, Long> dropped) throws IOException {
        if (dropped.isEmpty()) {
            return;
        }
        out.writeFieldName(DROPPED);
        out.writeStartObject();
        for (Map.Entry<String, Long> reason : dropped.entrySet()) {
            out.writeFieldName(whole(reason.getKey()));
            out.writeNumber(reason.getValue());
        }
        out.writeEndObject();
    }

    private boolean startSome(SerializableString field, List<?> values) throws IOException {
        if (values.isEmpty()) {
            return false;
        }
        out.writeFieldName(field);
        out.writeStartArray();
        return true;
    }

    private void someTexts(SerializableString field, List<String> values) throws IOException {
        if (!values.isEmpty()) {
            texts(field, values);
        }
    }

    private void texts(SerializableString field, List<String> values) throws IOException {
        out.writeFieldName(field);
        out.writeStartArray();
        for (String value : values) {
            out.writeString(value);
        }
        out.writeEndArray();
    }

    private void someText(SerializableString field, @Nullable String value) throws IOException {
        if (value != null) {
            text(field, value);
        }
    }

    private void text(SerializableString field, @Nullable String value) throws IOException {
        out.writeFieldName(field);
        if (value == null) {
            out.writeNull();
        } else {
            out.writeString(value);
        }
    }

    private void number(SerializableString field, @Nullable Number value) throws IOException {
        out.writeFieldName(field);
        if (value == null) {
            out.writeNull();
        } else {
            out.writeNumber(value.longValue());
        }
    }

    private void someFlag(SerializableString field, boolean value) throws IOException {
        if (value) {
            flag(field, true);
        }
    }

    private void flag(SerializableString field, boolean value) throws IOException {
        out.writeFieldName(field);
        out.writeBoolean(value);
    }

    private void time(SerializableString field, @Nullable Long micros) throws IOException {
        out.writeFieldName(field);
        if (micros == null) {
            out.writeNull();
        } else {
            RecordTime.write(micros, time);
            out.writeRawUTF8String(time, 0, time.length);
        }
    }

    /** Half a character reads back as itself in a value, but not in a name: there it becomes U+FFFD. */
    private static String whole(String name) {
        if (name.chars().noneMatch(c -> Character.isSurrogate((char) c))) {
            return name;
        }
        return name.codePoints()
                .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static SerializableString name(String name) {
        return new SerializedString(name);
    }
}
