package taproot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static taproot.daemon.log.Commands.command;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import taproot.daemon.config.LoopbackAddress;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.DropReason;

/** What Prometheus scrapes. */
class MetricsTest extends LoggedServerBase {
    @Test
    void everyCounterAndEveryDropReasonIsThere() throws Exception {
        String text = Http.ask(socket, "GET /metrics");
        assertThat(text).startsWith("HTTP/1.1 200 OK").contains("content-type: text/plain; version=0.0.4");
        for (Counter counter : Counter.values()) {
            assertThat(text).contains("taproot_" + counter.wire() + "_total ");
        }
        for (DropReason reason : DropReason.values()) {
            assertThat(text).contains("taproot_events_dropped_total{reason=\"" + reason.wire() + "\"} 0.0");
        }
        assertThat(text).contains("taproot_waiting_oldest_seconds{part=\"subscribers\"} 0.0");
        assertThat(text).contains("jvm_memory_used_bytes").contains("process_cpu_usage");
    }

    @Test
    void durationsAreHistograms() throws Exception {
        append(command("a").took(250L).finished(), command("b").took(1_000_000L).finished());
        settled();
        assertThat(Http.ask(socket, "GET /metrics"))
                .contains("taproot_command_duration_seconds_bucket{le=\"2.56E-4\"} 1")
                .contains("taproot_command_duration_seconds_bucket{le=\"1.048576\"} 2")
                .contains("taproot_command_duration_seconds_count 2")
                .contains("taproot_command_duration_seconds_sum 1.00025")
                .contains("# TYPE taproot_ingest_to_commit_seconds histogram");
    }

    @Test
    void promtoolFindsNothingWrong() throws Exception {
        String answer = Http.ask(socket, "GET /metrics");
        Process promtool = new ProcessBuilder(program("promtool"), "check", "metrics")
                .redirectErrorStream(true)
                .start();
        promtool.getOutputStream()
                .write(answer.substring(answer.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.UTF_8));
        promtool.getOutputStream().close();
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(promtool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(said).isEmpty();
        assertThat(promtool.exitValue()).isZero();
    }

    @Test
    void aRealPrometheusScrapesThemWithItsToken() throws Exception {
        String prometheus = program("prometheus");
        Path token = Files.writeString(directory.resolve("token"), "0123456789abcdef0123456789abcdef\n");
        Files.setPosixFilePermissions(token, PosixFilePermissions.fromString("rw-------"));
        int port = server.listen(new LoopbackAddress("127.0.0.1", 0), token);
        append(command("a").finished());
        settled();
        Path config = Files.writeString(directory.resolve("prometheus.yml"), """
                scrape_configs:
                  - job_name: taproot
                    scrape_interval: 1s
                    authorization: {credentials_file: %s}
                    static_configs: [{targets: ['127.0.0.1:%d']}]
                """.formatted(token, port));
        int own = freePort();
        Process scraping = new ProcessBuilder(
                        prometheus,
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + directory.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + own)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest query = HttpRequest.newBuilder(URI.create(
                            "http://127.0.0.1:" + own + "/api/v1/query?query=taproot_records_committed_total"))
                    .build();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> client.send(query, HttpResponse.BodyHandlers.ofString())
                            .body()
                            .contains("\"1\"]"));
        } finally {
            scraping.destroyForcibly().waitFor();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }

    /** Where it is installed; the test is left out where it is not. */
    private static String program(String name) {
        for (String place : System.getenv("PATH").split(":", -1)) {
            Path program = Path.of(place, name);
            if (Files.isExecutable(program)) {
                return program.toString();
            }
        }
        return assumeFound(name);
    }

    private static String assumeFound(String name) {
        assumeTrue(false, name + " is not installed; it is in Debian's package prometheus");
        return name;
    }
}
