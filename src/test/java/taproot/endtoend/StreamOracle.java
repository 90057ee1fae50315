package taproot.endtoend;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which records should come of recorded streams: the design's rules (§4 and §5), written down once more from the page,
 * with everything that will ever be said at hand. Reads the JSON itself and uses nothing of the normalizer's; slow and
 * plain on purpose.
 */
final class StreamOracle {
    private static final long OVERHANG = 20_000;
    private static final long NEVER = Long.MAX_VALUE;
    private static final Set<String> HOSTS = Set.of("daemon", "gui", "citool", "instaweb");
    private static final JsonFactory JSON = new JsonFactory();

    /** A process on a record; without outcome, code and duration where it outlived the record. */
    record Entry(
            List<String> argv,
            @Nullable String command,
            @Nullable String outcome,
            @Nullable Integer code,
            @Nullable Long durationUs,
            boolean detached) {}

    /** A record, as far as the streams decide it; its processes by their SIDs. */
    record Expected(String key, String sid, boolean detached, Entry owner, Map<String, Entry> processes) {}

    /** How a life ended; {@code heard} where git itself told the time, which is {@link #NEVER} where it did not. */
    private record End(
            String outcome,
            long time,
            boolean heard,
            @Nullable Integer code,
            @Nullable Long durationUs) {}

    /** exit, atexit or signal. */
    private record Last(long time, @Nullable Long tAbs, int number) {}

    private static final class Life {
        final Proc proc;
        final int number;

        @Nullable
        Last exit;

        @Nullable
        Last atexit;

        @Nullable
        Last signal;

        boolean childStarted;
        final Map<Long, Integer> childCodes = new HashMap<>();

        Life(Proc proc, int number) {
            this.proc = proc;
            this.number = number;
        }
    }

    private static final class Proc {
        final String sid;
        final List<Life> lives = new ArrayList<>();

        /** Which connections have carried it, that is: which files. */
        final Set<Path> carriers = new HashSet<>();

        @Nullable
        List<String> argv;

        long began = Long.MIN_VALUE;
        long versionTime = Long.MIN_VALUE;
        boolean brief;
        boolean executing;

        @Nullable
        String realName;

        boolean shellAlias;

        @Nullable
        String aliasName;

        List<String> aliasArgv = List.of();

        @Nullable
        String dashed;

        Proc(String sid) {
            this.sid = sid;
            lives.add(new Life(this, 1));
        }

        @Nullable
        String parentSid() {
            return RecordedStreams.root(sid).equals(sid) ? null : sid.substring(0, sid.lastIndexOf('/'));
        }

        @Nullable
        String command() {
            if (realName != null) {
                return realName;
            }
            if (aliasName != null) {
                String word = shellAlias ? null : word(aliasArgv);
                return word != null ? word : aliasName;
            }
            return dashed;
        }
    }

    private final Map<String, Proc> procs = new TreeMap<>();
    private long lines;

    /** Everything that these streams say. */
    static StreamOracle of(RecordedStreams streams) throws IOException {
        StreamOracle oracle = new StreamOracle();
        for (List<Path> folder : streams.folders().values()) {
            for (Path file : folder) {
                oracle.hear(file);
            }
        }
        oracle.procs.values().forEach(StreamOracle::straighten);
        return oracle;
    }

    long lines() {
        return lines;
    }

    int processes() {
        return procs.size();
    }

    // What is said.

    private void hear(Path file) throws IOException {
        for (byte[] line : RecordedStreams.lines(file)) {
            lines++;
            Map<String, Object> event = parse(new String(line, StandardCharsets.UTF_8));
            Proc proc = procs.computeIfAbsent(text(event, "sid"), Proc::new);
            boolean known = !proc.carriers.add(file);
            Life life = proc.lives.getLast();
            boolean annotation = "data".equals(event.get("event")) && "taproot".equals(event.get("category"));
            if (life.atexit != null && known && !annotation) {
                life = new Life(proc, life.number + 1);
                proc.lives.add(life);
            }
            apply(event, life);
        }
    }

    private static void apply(Map<String, Object> event, Life life) {
        Proc proc = life.proc;
        switch (text(event, "event")) {
            case "version" -> proc.versionTime = Math.max(proc.versionTime, time(event));
            case "start" -> start(event, proc);
            case "cmd_name" -> name(text(event, "name"), proc);
            case "alias" -> {
                proc.aliasName = proc.aliasName == null ? text(event, "alias") : proc.aliasName;
                proc.aliasArgv = argv(event);
            }
            case "child_start" -> {
                life.childStarted = true;
                if ("dashed".equals(event.get("child_class"))) {
                    String program = argv(event).getFirst();
                    program = program.substring(program.lastIndexOf('/') + 1);
                    proc.dashed = program.startsWith("git-") ? program.substring(4) : program;
                }
            }
            case "child_exit" -> life.childCodes.put(number(event, "pid"), (int) number(event, "code"));
            case "exec" -> proc.executing = true;
            case "exec_result" -> proc.executing = false;
            case "exit" -> life.exit = life.exit == null ? last(event, "code") : life.exit;
            case "atexit" -> life.atexit = life.atexit == null ? last(event, "code") : life.atexit;
            case "signal" -> life.signal = life.signal == null ? last(event, "signo") : life.signal;
            default -> {}
        }
    }

    private static void start(Map<String, Object> event, Proc proc) {
        if (proc.argv == null) {
            proc.argv = argv(event);
            proc.brief = !event.containsKey("time");
            long from = proc.brief ? proc.versionTime : time(event);
            proc.began = from - (event.containsKey("t_abs") ? micros(event) : 0);
        }
    }

    private static void name(String name, Proc proc) {
        if (name.startsWith("_") && name.endsWith("_")) {
            proc.shellAlias |= name.equals("_run_shell_alias_");
        } else {
            proc.realName = name;
        }
    }

    private static Last last(Map<String, Object> event, String number) {
        Long tAbs = event.containsKey("t_abs") ? Long.valueOf(micros(event)) : null;
        return new Last(time(event), tAbs, (int) number(event, number));
    }

    /** A falling {@code t_abs} shows that the second life's last lines came before the first's. */
    private static void straighten(Proc proc) {
        for (int i = 1; i < proc.lives.size(); i++) {
            Life before = proc.lives.get(i - 1);
            Life after = proc.lives.get(i);
            Last first = before.atexit;
            Last second = after.atexit;
            if (first != null && second != null && tAbs(second) < tAbs(first)) {
                before.atexit = second;
                after.atexit = first;
            }
        }
    }

    private static long tAbs(Last last) {
        return last.tAbs() == null ? 0 : last.tAbs();
    }

    // Whose it is.

    /** What is to be in the log, by key. */
    Map<String, Expected> records() {
        Map<Life, List<Proc>> members = new HashMap<>();
        Map<Life, List<Proc>> outlived = new HashMap<>();
        List<Life> owners = new ArrayList<>();
        for (Proc proc : procs.values()) {
            if (proc.argv == null || isReport(proc)) {
                continue;
            }
            Place place = place(proc);
            if (place.member() != null) {
                members.computeIfAbsent(place.member(), _ -> new ArrayList<>()).add(proc);
            } else {
                owners.add(proc.lives.getFirst());
            }
            if (place.outlived() != null) {
                outlived.computeIfAbsent(place.outlived(), _ -> new ArrayList<>())
                        .add(proc);
            }
            owners.addAll(proc.lives.subList(1, proc.lives.size()));
        }
        Map<String, Expected> records = new TreeMap<>();
        for (Life owner : owners) {
            Expected record =
                    record(owner, members.getOrDefault(owner, List.of()), outlived.getOrDefault(owner, List.of()));
            End end = end(owner);
            boolean idle = owner.number > 1
                    && end.outcome().equals("exited")
                    && Objects.equals(end.code(), 0)
                    && !owner.childStarted
                    && record.processes().size() == 1;
            if (!idle) {
                records.put(record.key(), record);
            }
        }
        return records;
    }

    /** What a hook of Taproot's own says of the process it hangs under is told there, and is no process of anybody's. */
    private static boolean isReport(Proc proc) {
        return argv(proc).size() > 3
                && argv(proc).subList(1, 3).equals(List.of("rev-parse", "--sq-quote"))
                && List.of("taproot:refs", "taproot:rewrites", "taproot:annotations")
                        .contains(argv(proc).get(3));
    }

    private Expected record(Life owner, List<Proc> members, List<Proc> outlived) {
        Proc proc = owner.proc;
        Map<String, Entry> processes = new TreeMap<>();
        Entry own = entry(owner, end(owner).code());
        processes.put(proc.sid, own);
        for (Proc member : members) {
            Life life = member.lives.getFirst();
            End end = end(life);
            Integer code = end.code();
            if (end.outcome().equals("lost")) {
                code = codeSeen(member, owner, members);
            }
            processes.put(member.sid, entry(life, code));
        }
        for (Proc going : outlived) {
            processes.put(going.sid, new Entry(argv(going), going.command(), null, null, null, true));
        }
        String key = owner.number == 1 ? proc.sid : proc.sid + "#" + owner.number;
        boolean detached = owner.number > 1 || place(proc).outlived() != null;
        return new Expected(key, proc.sid, detached, own, processes);
    }

    private Entry entry(Life life, @Nullable Integer code) {
        End end = end(life);
        return new Entry(argv(life.proc), life.proc.command(), end.outcome(), code, end.durationUs(), false);
    }

    /** What its parent, on the same record, saw of a process that said nothing at its end. */
    private @Nullable Integer codeSeen(Proc child, Life owner, List<Proc> members) {
        Proc parent = procs.get(String.valueOf(child.parentSid()));
        if (parent == null || (parent != owner.proc && !members.contains(parent))) {
            return null;
        }
        Life speaker = parent == owner.proc ? owner : parent.lives.getFirst();
        return speaker.childCodes.get(RecordedStreams.pid(child.sid));
    }

    /** Where a first life belongs: on somebody's record, or on its own, having outlived somebody or not. */
    private record Place(@Nullable Life member, @Nullable Life outlived) {}

    private static final Place OWN = new Place(null, null);

    private Place place(Proc proc) {
        Proc parent = parent(proc);
        if (parent != null && isHost(parent) && !isHost(proc)) {
            return OWN;
        }
        for (Proc above = parent; above != null; above = parent(above)) {
            if (above.argv == null || (isHost(above) && !isHost(proc))) {
                continue;
            }
            for (Life life : above.lives.reversed()) {
                boolean owns = life.number > 1 || place(above).member() == null;
                if (owns && proc.began >= began(life) && proc.began < end(life).time()) {
                    End end = end(proc.lives.getFirst());
                    // Whoever said nothing at its end is not known to have outlived anything.
                    boolean inside = !end.heard()
                            || end(life).time() == NEVER
                            || end.time() <= end(life).time() + OVERHANG;
                    return inside ? new Place(life, null) : new Place(null, life);
                }
            }
        }
        return OWN;
    }

    /** The process above; one of which nothing is known but that it must have been stands for itself, without argv. */
    private @Nullable Proc parent(Proc proc) {
        String sid = proc.parentSid();
        if (sid == null) {
            return null;
        }
        Proc parent = procs.get(sid);
        return parent != null ? parent : new Proc(sid);
    }

    private boolean isHost(Proc proc) {
        if (proc.argv == null) {
            return false;
        }
        String program = proc.argv.isEmpty() ? "" : proc.argv.getFirst();
        program = program.substring(program.lastIndexOf('/') + 1);
        String command = proc.command() != null
                ? proc.command()
                : word(argv(proc).subList(1, argv(proc).size()));
        Proc parent = parent(proc);
        boolean become = parent != null && RecordedStreams.pid(parent.sid) == RecordedStreams.pid(proc.sid);
        return (command != null && HOSTS.contains(command))
                || (program.startsWith("git-") && HOSTS.contains(program.substring(4)))
                || (parent != null && become && isHost(parent));
    }

    private long began(Life life) {
        return life.number == 1
                ? Long.MIN_VALUE
                : end(life.proc.lives.get(life.number - 2)).time();
    }

    private End end(Life life) {
        if (life.atexit != null) {
            return heard("exited", life, life.atexit, life.atexit.number());
        }
        if (life.signal != null) {
            return heard("signaled", life, life.signal, null);
        }
        if (life.number == 1 && life.proc.executing) {
            for (Proc successor : procs.values()) {
                if (life.proc.sid.equals(successor.parentSid())
                        && RecordedStreams.pid(successor.sid) == RecordedStreams.pid(life.proc.sid)) {
                    End end = end(successor.lives.getFirst());
                    Long duration = end.heard() ? Long.valueOf(end.time() - life.proc.began) : null;
                    return new End(end.outcome(), end.time(), end.heard(), end.code(), duration);
                }
            }
            return new End("execed", NEVER, false, null, null);
        }
        return life.exit != null
                ? heard("exited", life, life.exit, life.exit.number())
                : new End("lost", NEVER, false, null, null);
    }

    private End heard(String outcome, Life life, Last last, @Nullable Integer code) {
        Last before = life.number > 1 ? life.proc.lives.get(life.number - 2).atexit : null;
        long from = before == null || before.tAbs() == null ? 0 : before.tAbs();
        Long duration = last.tAbs() == null ? null : Long.valueOf(last.tAbs() - from);
        long time = last.time();
        if (time == Long.MIN_VALUE) {
            time = life.proc.began + (last.tAbs() == null ? 0 : last.tAbs());
        }
        return new End(outcome, time, true, code, duration);
    }

    // JSON.

    private static List<String> argv(Proc proc) {
        return proc.argv == null ? List.of() : proc.argv;
    }

    /** The command among git's arguments. */
    private static @Nullable String word(List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            if (!words.get(i).startsWith("-")) {
                return words.get(i);
            }
            i += words.get(i).equals("-c") || words.get(i).equals("-C") ? 1 : 0;
        }
        return null;
    }

    /** Strings, numbers and lists of strings; what is deeper is passed over. */
    private static Map<String, Object> parse(String line) throws IOException {
        Map<String, Object> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(line)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                switch (json.nextToken()) {
                    case VALUE_STRING -> fields.put(name, json.getText());
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> fields.put(name, json.getDecimalValue());
                    case START_ARRAY -> fields.put(name, list(json));
                    case START_OBJECT -> json.skipChildren();
                    case null, default -> {}
                }
            }
        }
        return fields;
    }

    private static List<String> list(JsonParser json) throws IOException {
        List<String> list = new ArrayList<>();
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            list.add(json.getText());
            json.skipChildren();
        }
        return list;
    }

    private static String text(Map<String, Object> event, String field) {
        return String.valueOf(event.get(field));
    }

    private static long number(Map<String, Object> event, String field) {
        return event.get(field) instanceof java.math.BigDecimal number ? number.longValue() : -1;
    }

    @SuppressWarnings("unchecked") // Only lists of strings are made.
    private static List<String> argv(Map<String, Object> event) {
        return event.get("argv") instanceof List<?> argv ? (List<String>) argv : List.of();
    }

    private static long micros(Map<String, Object> event) {
        return event.get("t_abs") instanceof java.math.BigDecimal seconds
                ? seconds.movePointRight(6)
                        .setScale(0, java.math.RoundingMode.HALF_UP)
                        .longValue()
                : 0;
    }

    /** Microseconds since the epoch. Android's repo writes {@code +00:00Z}. */
    private static long time(Map<String, Object> event) {
        if (!(event.get("time") instanceof String text)) {
            return Long.MIN_VALUE;
        }
        OffsetDateTime time = OffsetDateTime.parse(text.replace("+00:00Z", "Z"));
        return ChronoUnit.MICROS.between(java.time.Instant.EPOCH, time.toInstant());
    }
}
