package taproot.cli.doctor;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import taproot.cli.options.PlaceOptions;
import taproot.cli.text.Durations;
import taproot.cli.text.Json;
import taproot.cli.text.Moment;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.DropReason;

/** Looks at what the daemon has lost lately: which kinds, how often since it started, and when for the last time. */
final class LossCheck {
    private static final Duration LATELY = Duration.ofHours(24);

    /** What is lost, and the key with which less is. */
    private static final Map<String, String> REMEDIES = Map.of(
            DropReason.OVERLONG.wire(), "ingest.line_limit=64MiB",
            DropReason.NO_MEMORY.wire(), "roots.scratch_total=256MiB",
            Counter.SCRATCH_BYTES_SHED.wire(), "roots.scratch_total=256MiB",
            Counter.RECORDS_QUEUE_FULL.wire(), "log.queue_limit=128MiB",
            Counter.RECORDS_UNWRITTEN.wire(), "shutdown_grace=30s");

    private final Json status;
    private final PlaceOptions options;
    private final List<Finding> findings = new ArrayList<>();

    LossCheck(Json status, PlaceOptions options) {
        this.status = status;
        this.options = options;
    }

    List<Finding> findings() {
        Json dropped = status.object("events").object("dropped");
        for (DropReason reason : DropReason.values()) {
            lost(dropped.number(reason.wire()), reason.wire(), "lines dropped: " + reason.meaning());
        }
        Json counters = status.object("counters");
        for (Counter counter : Counter.losses()) {
            lost(counters.number(counter.wire()), counter.wire(), counter.meaning());
        }
        if (findings.isEmpty()) {
            boolean young = status.number("uptime_us") < Moment.micros(Instant.EPOCH.plus(LATELY));
            findings.add(Finding.ok(
                    "losses",
                    "nothing was dropped "
                            + (young
                                    ? "since the daemon started, " + uptime() + " ago"
                                    : "in the last " + LATELY.toHours() + " h")));
        }
        return findings;
    }

    private void lost(long n, String wire, String meaning) {
        Long ago = ago(wire);
        if (n == 0 || (ago != null && ago > Moment.micros(Instant.EPOCH.plus(LATELY)))) {
            return;
        }
        String when = " (since it started " + uptime() + " ago"
                + (ago == null ? ")" : ", the last " + Durations.human(ago) + " ago)");
        findings.add(Finding.note("losses", n + " " + meaning + when, mend(wire)));
    }

    private String uptime() {
        return Durations.human(status.number("uptime_us"));
    }

    /** By the daemon's clock, in microseconds; null where an older one does not say. */
    private @Nullable Long ago(String wire) {
        try {
            long now = Moment.micros(Instant.parse(status.text("started_at"))) + status.number("uptime_us");
            String last = status.object("last_losses").text(wire);
            return Math.max(0, now - Moment.micros(Instant.parse(last)));
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private @Nullable String mend(String wire) {
        String remedy = REMEDIES.get(wire);
        if (remedy != null) {
            return options.command("run --set " + remedy);
        }
        if (wire.equals(Counter.ACCEPTS_FAILED.wire())) {
            return "sudo prlimit --pid " + status.number("pid") + " --nofile=65536:65536";
        }
        // What is left nobody can set right by a command: the daemon says what it knows.
        return options.command("status");
    }
}
