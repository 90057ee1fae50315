package taproot.normalizer;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads one {@link CommandRecord} from one parser; fields it does not know are skipped, whatever they hold. */
final class RecordReader {
    private RecordReader() {}

    static StoredRecord read(JsonParser in) throws IOException {
        RecordFields fields = RecordFields.read(in);
        try {
            if (fields.requiredNumber("v") != CommandRecord.VERSION) {
                throw new IllegalArgumentException(
                        "expected \"v\":" + CommandRecord.VERSION + ", got " + fields.number("v"));
            }
            return new StoredRecord(fields.number("seq"), command(fields));
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new JsonParseException(in, e.getMessage(), e);
        }
    }

    private static CommandRecord command(RecordFields f) {
        return new CommandRecord(
                f.requiredText("key"),
                f.requiredText("sid"),
                f.requiredText("root"),
                f.text("parent"),
                f.text("session"),
                f.flag("detached"),
                f.flag("late"),
                f.texts("argv"),
                f.text("command"),
                f.text("hierarchy"),
                f.text("mode"),
                some(f.object("alias"), RecordReader::alias),
                f.flag("read_only"),
                f.objects("effects", EffectJson::read),
                some(f.object("repository"), RecordReader::repository),
                f.text("git_version"),
                f.number("pid"),
                f.text("caller"),
                f.texts("ancestry"),
                f.requiredTime("started_at"),
                f.time("finished_at"),
                f.number("duration_us"),
                outcome(f.requiredText("outcome")),
                f.integer("exit_code"),
                f.integer("signal"),
                f.texts("errors"),
                f.objects("params", RecordReader::param),
                f.objects("processes", RecordReader::process),
                f.objects("children", RecordReader::child),
                f.objects("timers", RecordReader::timer),
                f.objects("counters", RecordReader::counter),
                f.values("annotations", String.class),
                f.objects("ref_changes", RecordReader::refChange),
                f.text("ref_confidence"),
                f.objects("rewrites", RecordReader::rewrite),
                f.requiredNumber("events"),
                f.flag("truncated"),
                f.values("dropped", Long.class),
                extent(f.requiredText("trace")));
    }

    private static CommandRecord.Alias alias(RecordFields f) {
        return new CommandRecord.Alias(f.requiredText("name"), f.texts("argv"));
    }

    private static CommandRecord.Repository repository(RecordFields f) {
        return new CommandRecord.Repository(
                f.text("id"), f.text("worktree"), f.text("git_dir"), f.text("common_dir"), f.text("unresolved"));
    }

    private static CommandRecord.Param param(RecordFields f) {
        return new CommandRecord.Param(f.requiredText("name"), f.text("value"), f.text("scope"));
    }

    private static CommandRecord.ProcessEntry process(RecordFields f) {
        return new CommandRecord.ProcessEntry(
                f.requiredText("sid"),
                f.text("parent"),
                f.texts("argv"),
                f.text("command"),
                some(f.object("repository"), RecordReader::repository),
                f.time("started_at"),
                f.number("duration_us"),
                someOutcome(f.text("outcome")),
                f.integer("exit_code"),
                f.flag("detached"));
    }

    private static CommandRecord.ChildEntry child(RecordFields f) {
        String sid = f.text("sid");
        return new CommandRecord.ChildEntry(
                sid == null ? "" : sid,
                f.text("class"),
                f.text("hook"),
                f.texts("argv"),
                f.flag("background"),
                f.time("started_at"),
                f.number("duration_us"),
                f.integer("exit_code"),
                f.number("pid"));
    }

    private static CommandRecord.Timer timer(RecordFields f) {
        return new CommandRecord.Timer(
                f.requiredText("category"),
                f.requiredText("name"),
                f.requiredNumber("intervals"),
                f.requiredNumber("total_us"),
                f.requiredNumber("min_us"),
                f.requiredNumber("max_us"));
    }

    private static CommandRecord.Counter counter(RecordFields f) {
        return new CommandRecord.Counter(f.requiredText("category"), f.requiredText("name"), f.requiredNumber("count"));
    }

    private static CommandRecord.RefChange refChange(RecordFields f) {
        return new CommandRecord.RefChange(
                f.requiredText("ref"),
                f.requiredText("old"),
                f.requiredText("new"),
                f.requiredText("source"),
                f.text("sid"));
    }

    private static CommandRecord.Rewrite rewrite(RecordFields f) {
        return new CommandRecord.Rewrite(f.requiredText("old"), f.requiredText("new"));
    }

    private static <T> @Nullable T some(@Nullable RecordFields fields, Function<RecordFields, T> reader) {
        return fields == null ? null : reader.apply(fields);
    }

    private static @Nullable Outcome someOutcome(@Nullable String wire) {
        return wire == null ? null : outcome(wire);
    }

    private static Outcome outcome(String wire) {
        for (Outcome outcome : Outcome.values()) {
            if (outcome.wire().equals(wire)) {
                return outcome;
            }
        }
        throw new IllegalArgumentException("expected an outcome known here, got \"" + wire + "\"");
    }

    private static TraceExtent extent(String wire) {
        for (TraceExtent extent : TraceExtent.values()) {
            if (extent.wire().equals(wire)) {
                return extent;
            }
        }
        throw new IllegalArgumentException("expected full, partial or none in \"trace\", got \"" + wire + "\"");
    }
}
