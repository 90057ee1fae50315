package taproot.daemon.roots;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.EventDecoder;
import taproot.normalizer.Line;
import taproot.normalizer.LineReader;
import taproot.normalizer.Sid;

/** A git process that says what git would, as lines for the roots. Used by one thread at a time. */
final class Git {
    static final long EPOCH = Instant.parse("2026-11-20T05:00:00Z").toEpochMilli() * 1_000;

    private static final DateTimeFormatter SID_TIME = DateTimeFormatter.ofPattern(
                    "yyyyMMdd'T'HHmmss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter EVENT_TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final LineReader reader = new LineReader(new EventDecoder());
    private final long bornAt;
    final Sid sid;
    final int pid;

    private Git(String sid, int pid, long bornAt) {
        this.sid = Sid.of(sid);
        this.pid = pid;
        this.bornAt = bornAt;
    }

    /** The process with this pid that started so many microseconds after {@link #EPOCH}; below the parent, if any. */
    static Git process(@Nullable Git parent, int pid, long after) {
        String own = SID_TIME.format(instant(EPOCH + after)) + "-H0a7c9cdf-P" + String.format(Locale.ROOT, "%08x", pid);
        return new Git(parent == null ? own : parent.sid.value() + "/" + own, pid, EPOCH + after);
    }

    RootId root() {
        return RootId.of(sid);
    }

    String key() {
        return sid.value();
    }

    Line start(String... argv) {
        return line("start", bornAt, "\"t_abs\":0.0,\"argv\":[\"" + String.join("\",\"", argv) + "\"]");
    }

    Line region(long after) {
        return line("region_enter", EPOCH + after, "\"nesting\":1,\"category\":\"index\"");
    }

    Line childStart(int child, long after) {
        return line(
                "child_start",
                EPOCH + after,
                "\"child_id\":" + child + ",\"child_class\":\"?\",\"use_shell\":false,\"argv\":[\"git\",\"gc\"]");
    }

    Line childExit(int child, int childPid, long after) {
        return line(
                "child_exit",
                EPOCH + after,
                "\"child_id\":" + child + ",\"pid\":" + childPid + ",\"code\":0,\"t_rel\":0.001");
    }

    Line atexit(int code, long after) {
        String seconds = String.format(Locale.ROOT, "%.6f", (EPOCH + after - bornAt) / 1e6);
        return line("atexit", EPOCH + after, "\"t_abs\":" + seconds + ",\"code\":" + code);
    }

    private Line line(String event, long time, String fields) {
        String text = "{\"event\":\"" + event + "\",\"sid\":\"" + sid.value() + "\",\"thread\":\"main\",\"time\":\""
                + EVENT_TIME.format(instant(time)) + "\"," + fields + "}";
        byte[] bytes = text.getBytes(UTF_8);
        return (Line) reader.read(bytes, 0, bytes.length);
    }

    private static Instant instant(long epochMicros) {
        return Instant.EPOCH.plus(epochMicros, ChronoUnit.MICROS);
    }
}
