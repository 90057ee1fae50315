package taproot.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import taproot.cli.Cli;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.text.Json;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.DropReason;

/** What is said of losses that no test can bring about at will: other users, defects, time that has passed. */
class LossCheckTest {
    private static final long HOUR = 3_600_000_000L;

    @Test
    void everyReasonAndEveryLosingCounterIsSaidWithACommandThatTheProgramTakes() throws Exception {
        for (DropReason reason : DropReason.values()) {
            Finding finding = only(status(HOUR, "{\"" + reason.wire() + "\":3}", "{}", "{}"));
            assertThat(finding.text())
                    .isEqualTo("3 lines dropped: " + reason.meaning() + " (since it started 1 h 00 m ago)");
            taken(finding);
        }
        for (Counter counter : Counter.losses()) {
            Finding finding = only(status(HOUR, "{}", "{\"" + counter.wire() + "\":3}", "{}"));
            assertThat(finding.text()).startsWith("3 " + counter.meaning());
            taken(finding);
        }
    }

    @Test
    void whatWasLostLongAgoIsNoFindingAnyMore() throws Exception {
        String dropped = "{\"torn\":3}";
        Finding old = only(status(48 * HOUR, dropped, "{}", "{\"torn\":\"2026-11-20T12:00:00.000000Z\"}"));
        assertThat(old).isEqualTo(Finding.ok("losses", "nothing was dropped in the last 24 h"));
        Finding recent = only(status(48 * HOUR, dropped, "{}", "{\"torn\":\"2026-11-22T03:00:00.000000Z\"}"));
        assertThat(recent.text()).endsWith("(since it started 2 d 00 h ago, the last 2 h 00 m ago)");
    }

    @Test
    void aYoungDaemonSaysSinceWhen() throws Exception {
        assertThat(only(status(2 * HOUR, "{}", "{}", "{}")))
                .isEqualTo(Finding.ok("losses", "nothing was dropped since the daemon started, 2 h 00 m ago"));
    }

    private static void taken(Finding finding) {
        String mend = String.valueOf(finding.mend());
        if (mend.startsWith("taproot run --set ")) {
            String setting = mend.substring("taproot run --set ".length());
            assertThat(Cli.run("config", "show", "--set", setting).status())
                    .as(mend)
                    .isEqualTo(ExitStatus.OK);
        } else {
            assertThat(mend).isIn("taproot status", "sudo prlimit --pid 42 --nofile=65536:65536");
        }
    }

    private static Finding only(Json status) {
        List<Finding> findings = new LossCheck(status, new PlaceOptions()).findings();
        assertThat(findings).hasSize(1);
        return findings.getFirst();
    }

    private static Json status(long uptime, String dropped, String counters, String lastLosses) throws IOException {
        return Json.parse("{\"pid\":42,\"started_at\":\"2026-11-20T05:00:00.000000Z\",\"uptime_us\":" + uptime
                + ",\"events\":{\"dropped\":" + dropped + "},\"counters\":" + counters + ",\"last_losses\":"
                + lastLosses + "}");
    }
}
