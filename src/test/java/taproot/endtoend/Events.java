package taproot.endtoend;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** The events of one process that is not there, written by hand as trace2 would; a millisecond passes between two. */
final class Events {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter IN_SID =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    /** Beyond every pid that Linux gives. */
    private static final AtomicLong PIDS = new AtomicLong(0x7f000000L);

    final String sid;
    private final Instant began;
    private final List<String> lines = new ArrayList<>();
    private long millis;

    private Events(String sid, Instant began) {
        this.sid = sid;
        this.began = began;
    }

    /** A process that git would call by such a SID, begun now. */
    static Events ofGit() {
        return under("");
    }

    /** One begun by the process that says this SID, or by a caller who calls himself so. */
    static Events under(String parent) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        String component = String.format(Locale.ROOT, "%s-H0a7c9cdf-P%08x", IN_SID.format(now), PIDS.incrementAndGet());
        return new Events(parent.isEmpty() ? component : parent + "/" + component, now);
    }

    /** Any other emitter. */
    static Events of(String sid) {
        return new Events(sid, Instant.now().truncatedTo(ChronoUnit.MICROS));
    }

    Events version() {
        return event("version", ",\"evt\":\"3\",\"exe\":\"2.39.5\"");
    }

    Events start(String... argv) {
        String words = List.of(argv).stream().map(word -> "\"" + word + "\"").collect(Collectors.joining(","));
        return event("start", timed() + ",\"argv\":[" + words + "]");
    }

    Events name(String command) {
        return event("cmd_name", ",\"name\":\"" + command + "\",\"hierarchy\":\"" + command + "\"");
    }

    Events data(String key, String value) {
        return event(
                "data",
                timed() + ",\"t_rel\":0.000001,\"nesting\":1,\"category\":\"test\",\"key\":\"" + key + "\",\"value\":\""
                        + value + "\"");
    }

    Events exit(int code) {
        return event("exit", timed() + ",\"code\":" + code);
    }

    Events atexit(int code) {
        return event("atexit", timed() + ",\"code\":" + code);
    }

    /** A whole life. */
    static Events command(String... argv) {
        return ofGit().version().start(argv).name(argv[1]).exit(0).atexit(0);
    }

    Events event(String name, String fields) {
        lines.add("{\"event\":\"" + name + "\",\"sid\":\"" + sid + "\",\"thread\":\"main\",\"time\":\""
                + TIME.format(began.plusMillis(millis++)) + "\",\"file\":\"git.c\",\"line\":1" + fields + "}\n");
        return this;
    }

    /** A line as it is. */
    Events raw(String line) {
        lines.add(line);
        return this;
    }

    private String timed() {
        return ",\"t_abs\":" + String.format(Locale.ROOT, "%.6f", millis / 1_000.0);
    }

    List<String> lines() {
        return lines;
    }

    byte[] bytes() {
        return String.join("", lines).getBytes(StandardCharsets.UTF_8);
    }
}
