package taproot.normalizer;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A few git processes that say and do, at given milliseconds, what a test wants them to. Lines are read when they are
 * said, unless {@link #written} gives them an earlier time; each process has a connection of its own.
 */
final class Scenario {
    static final long EPOCH = 1_795_132_800_000_000L;

    /** A root, and SIDs for processes below it. */
    static final String ROOT = sid(1);

    final Replay replay;
    private final Map<String, Integer> connections = new HashMap<>();
    private final Map<String, Long> began = new HashMap<>();
    private long now = EPOCH;
    private long written = -1;

    Scenario() {
        this(Settings.DEFAULTS);
    }

    Scenario(Settings settings) {
        replay = new Replay(settings);
        replay.advanceTo(EPOCH);
    }

    /** A component as git makes it. */
    static String sid(int pid) {
        return String.format(Locale.ROOT, "20261120T000000.%06dZ-H0000abcd-P%08x", pid % 1_000_000, pid);
    }

    static String below(String parent, int pid) {
        return parent + "/" + sid(pid);
    }

    /** Lets the time pass, to so many milliseconds after the beginning. */
    Scenario at(long millis) {
        now = EPOCH + millis * 1000;
        written = -1;
        replay.advanceTo(now);
        return this;
    }

    /** What is said next was written at that time, and is only read now. */
    Scenario written(long millis) {
        written = EPOCH + millis * 1000;
        return this;
    }

    Scenario start(String sid, String... argv) {
        began.putIfAbsent(sid, time());
        say(sid, "version", ",\"evt\":\"3\",\"exe\":\"2.55.0\"");
        String words = Stream.of(argv).map(word -> "\"" + word + "\"").collect(Collectors.joining(","));
        say(sid, "start", tAbs(sid) + ",\"argv\":[" + words + "]");
        return argv.length > 1 ? say(sid, "cmd_name", ",\"name\":\"" + argv[1] + "\",\"hierarchy\":\"x\"") : this;
    }

    Scenario childStart(String sid, int id, String... argv) {
        String words = Stream.of(argv).map(word -> "\"" + word + "\"").collect(Collectors.joining(","));
        return say(sid, "child_start", ",\"child_id\":" + id + ",\"child_class\":\"?\",\"argv\":[" + words + "]");
    }

    Scenario childExit(String sid, int id, int pid, int code) {
        return say(
                sid,
                "child_exit",
                ",\"child_id\":" + id + ",\"pid\":" + pid + ",\"code\":" + code + ",\"t_rel\":0.001");
    }

    Scenario exit(String sid, int code) {
        return say(sid, "exit", tAbs(sid) + ",\"code\":" + code);
    }

    Scenario atexit(String sid, int code) {
        return say(sid, "atexit", tAbs(sid) + ",\"code\":" + code);
    }

    /** Its last words and the end of its connection. */
    Scenario ends(String sid, int code) {
        return exit(sid, code).atexit(sid, code).closes(sid);
    }

    Scenario annotate(String sid, String key, String value) {
        return say(
                sid,
                "data",
                tAbs(sid) + ",\"category\":\"taproot\",\"key\":\"" + key + "\",\"value\":\"" + value + "\"");
    }

    Scenario say(String sid, String event, String rest) {
        String line = "{\"event\":\"" + event + "\",\"sid\":\"" + sid + "\",\"thread\":\"main\",\"time\":\""
                + Instant.EPOCH.plus(time(), ChronoUnit.MICROS) + "\"" + rest + "}";
        return bytes(sid, line.getBytes(StandardCharsets.UTF_8));
    }

    /** A line as it is, on the connection of that process. */
    Scenario bytes(String connection, byte[] line) {
        replay.line(connections.computeIfAbsent(connection, _ -> connections.size()), line);
        return this;
    }

    Scenario closes(String sid) {
        replay.close(connections.computeIfAbsent(sid, _ -> connections.size()));
        return this;
    }

    Scenario gone(String sid) {
        replay.gone(Sid.of(sid));
        return this;
    }

    /** The records finished up to now, by key. */
    List<CommandRecord> records() {
        return replay.records();
    }

    CommandRecord record(String key) {
        return records().stream()
                .filter(record -> record.key().equals(key))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no record " + key + " among " + keys()));
    }

    List<String> keys() {
        return records().stream().map(CommandRecord::key).toList();
    }

    Scenario runOut() {
        replay.runOut();
        return this;
    }

    private long time() {
        return written >= 0 ? written : now;
    }

    private String tAbs(String sid) {
        return String.format(Locale.ROOT, ",\"t_abs\":%.6f", (time() - began.getOrDefault(sid, EPOCH)) / 1e6);
    }
}
