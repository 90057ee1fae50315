package taproot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.daemon.log.Commands.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import taproot.normalizer.Outcome;

/** What is asked of the whole log, and of the daemon itself. */
class QueriesTest extends LoggedServerBase {
    @Test
    void aSummaryCountsByWhatIsAskedFor() throws Exception {
        append(
                command("a").named("status").took(1_000L).finished(),
                command("b").named("status").took(1_000L).finished(),
                command("c")
                        .named("fetch")
                        .took(9_000_000L)
                        .ended(Outcome.EXITED, 1)
                        .finished());
        settled();
        assertThat(ask("GET /v1/summary?by=command"))
                .contains(
                        "{\"by\":\"command\",\"groups\":[{\"value\":\"fetch\",\"count\":1,\"failures\":1,\"total_us\":9000000,")
                .contains("{\"value\":\"status\",\"count\":2,\"failures\":0,\"total_us\":2000,\"p50_us\":1000,")
                .endsWith("\"more\":0}\n");
        assertThat(ask("GET /v1/summary?by=command&limit=1"))
                .contains("fetch")
                .doesNotContain("status\"")
                .contains("\"more\":1}");
        assertThat(ask("GET /v1/summary?by=outcome&command=status")).contains("{\"value\":\"exited\",\"count\":2,");
        assertThat(ask("GET /v1/summary?by=hour")).contains("{\"value\":\"2023-11-14T22:00:00Z\",\"count\":3,");
        assertThat(ask("GET /v1/summary?by=caller")).contains("{\"value\":\"bash\",\"count\":3,");
        assertThat(ask("GET /v1/summary?by=author"))
                .startsWith("HTTP/1.1 400 ")
                .contains("by: expected one of command, repository, caller, outcome, hour, got author");
        assertThat(ask("GET /v1/summary")).contains("by: expected one of").contains("got none");
    }

    @Test
    void repositoriesAreListedWithWhatIsRecordedOfThem() throws Exception {
        append(
                command("a").in("/x").finished(),
                command("b").in("/x").finished(),
                command("c").inBare("/y.git").finished(),
                command("d").in(null).finished());
        settled();
        assertThat(ask("GET /v1/repositories"))
                .endsWith(
                        "{\"repositories\":["
                                + "{\"repository\":\"/x\",\"commands\":2,\"folded\":0,\"last_started_at\":\"2023-11-14T22:13:20.000000Z\"},"
                                + "{\"repository\":\"/y.git\",\"commands\":1,\"folded\":0,\"last_started_at\":\"2023-11-14T22:13:20.000000Z\"}]}\n");
    }

    @Test
    void aRepositoryIsForgottenAndNothingElse() throws Exception {
        byte[] trace = "{}\n".getBytes(StandardCharsets.UTF_8);
        append(
                command("k1").in("/secret").traced(trace).finished(),
                command("k2").in("/x").finished());
        assertThat(ask("DELETE /v1/commands?repository=/secret"))
                .startsWith("HTTP/1.1 200 OK")
                .endsWith("{\"commands\":1,\"traces\":1,\"folded\":0}\n");
        assertThat(ask("GET /v1/commands")).doesNotContain("\"k1\"").contains("\"k2\"");
        assertThat(ask("DELETE /v1/commands?until=2020-01-01T00:00:00Z"))
                .endsWith("{\"commands\":0,\"traces\":0,\"folded\":0}\n");
    }

    @Test
    void everythingIsNeverForgottenByMistake() throws Exception {
        append(1, 1);
        settled();
        assertThat(ask("DELETE /v1/commands"))
                .startsWith("HTTP/1.1 400 ")
                .contains("expected repository or until: what is to be forgotten, got none");
        assertThat(ask("DELETE /v1/commands?limit=1"))
                .contains("unknown parameter limit, expected one of repository, until");
        assertThat(ask("GET /v1/commands")).contains("\"k1\"");
    }

    @Test
    void healthAndReadinessAreTwoThings() throws Exception {
        assertThat(ask("GET /healthz")).startsWith("HTTP/1.1 200 OK").contains("{\"status\":\"ok\",\"took_us\":");
        assertThat(ask("GET /readyz")).startsWith("HTTP/1.1 200 OK").endsWith("{\"status\":\"ready\"}\n");
        log.close(GRACE);
        assertThat(ask("GET /readyz")).startsWith("HTTP/1.1 503 ").contains("the log is closed, expected open");
        assertThat(ask("GET /healthz")).startsWith("HTTP/1.1 503 ").contains("did not get through");
    }

    @Test
    void aReloadSaysWhatHoldsNowAndWhatNeedsARestart() throws Exception {
        assertThat(ask("POST /v1/reload"))
                .endsWith("{\"applied\":[\"log.slow_threshold\"],\"restart\":[\"ingest.loops\"]}\n");
    }

    private String ask(String methodAndTarget) throws IOException {
        return Http.ask(socket, methodAndTarget);
    }
}
