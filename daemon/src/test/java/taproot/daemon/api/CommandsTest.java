package taproot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.daemon.log.Commands.command;
import static taproot.daemon.log.Commands.plain;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import taproot.normalizer.Outcome;

/** Records over the control socket. */
class CommandsTest extends LoggedServerBase {
    private static final Pattern NEXT = Pattern.compile("],\"next\":(\\w+)}\n$");
    private static final Pattern KEY = Pattern.compile("\"key\":\"(k\\d+)\"");

    @Test
    void pagesFollowEachOtherBySeqUntilThereIsNone() throws Exception {
        append(1, 120);
        settled();
        List<String> keys = new ArrayList<>();
        int pages = 0;
        for (String next = "0"; !next.equals("null"); pages++) {
            String page = ask("GET /v1/commands?limit=50&after=" + next);
            keys.addAll(keys(page));
            next = next(page);
        }
        assertThat(keys).hasSize(120).startsWith("k1").endsWith("k120");
        assertThat(pages).isEqualTo(3);
        assertThat(keys(ask("GET /v1/commands"))).hasSize(50);
    }

    @Test
    void allOfALargeLogIsStreamed() throws Exception {
        append(1, 20_000);
        settled();
        String all = ask("GET /v1/commands?limit=0");
        assertThat(keys(all)).hasSize(20_000).endsWith("k20000");
        assertThat(next(all)).isEqualTo("null");
    }

    @Test
    void whoDoesNotReadALargeAnswerHoldsUpNobody() throws Exception {
        append(1, 5_000);
        settled();
        List<SocketChannel> deaf = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            deaf.add(Http.sent(socket, "GET /v1/commands?limit=0", ""));
        }
        assertThat(keys(ask("GET /v1/commands?limit=0"))).hasSize(5_000);
        for (SocketChannel channel : deaf) {
            channel.close();
        }
    }

    @Test
    void everyFilterIsUnderstood() throws Exception {
        append(
                command("k1").in("/x").session("ide").readOnly().finished(),
                command("k2").in("/y").ended(Outcome.LOST, null).took(null).finished(),
                command("k3")
                        .named("fetch")
                        .took(2_000_000L)
                        .startedAt(1_800_000_000_000_000L)
                        .finished());
        settled();
        assertThat(keys(ask("GET /v1/commands?repository=/x"))).containsExactly("k1");
        assertThat(keys(ask("GET /v1/commands?session=ide"))).containsExactly("k1");
        assertThat(keys(ask("GET /v1/commands?read_only=true"))).containsExactly("k1");
        assertThat(keys(ask("GET /v1/commands?outcome=lost"))).containsExactly("k2");
        assertThat(keys(ask("GET /v1/commands?failed=true"))).containsExactly("k2");
        assertThat(keys(ask("GET /v1/commands?command=fetch"))).containsExactly("k3");
        assertThat(keys(ask("GET /v1/commands?min_duration=2s"))).containsExactly("k3");
        assertThat(keys(ask("GET /v1/commands?since=2027-01-15T08:00:00Z"))).containsExactly("k3");
        assertThat(keys(ask("GET /v1/commands?until=2027-01-15T09:00:00%2B01:00")))
                .containsExactly("k1", "k2");
        assertThat(ask("GET /v1/commands?repository=/none")).endsWith("{\"commands\":[],\"next\":null}\n");
    }

    @Test
    void badParametersNameThemselves() throws IOException {
        assertThat(ask("GET /v1/commands?limit=-1"))
                .contains("limit: expected a whole number from 0 to 2147483647, got -1");
        assertThat(ask("GET /v1/commands?outcome=good")).contains("one of exited, signaled, execed, lost, interrupted");
        assertThat(ask("GET /v1/commands?since=yesterday")).contains("since: expected a time as in RFC 3339");
        assertThat(ask("GET /v1/commands?repository=src"))
                .contains("repository: expected an absolute path, or a repository");
        assertThat(ask("GET /v1/commands?min_duration=1")).contains("min_duration: expected a whole number and us");
        assertThat(ask("GET /v1/commands?read_only=1")).contains("read_only: expected true or false, got 1");
    }

    @Test
    void aKeyIsOneSegment() throws Exception {
        append(plain("ide/20261120T064500.1Z-P0001"), plain("a#2+b"));
        settled();
        assertThat(ask("GET /v1/commands/ide%2F20261120T064500.1Z-P0001"))
                .startsWith("HTTP/1.1 200 OK")
                .contains("{\"v\":1,\"seq\":1,\"key\":\"ide/20261120T064500.1Z-P0001\"");
        assertThat(ask("GET /v1/commands/a%232+b")).contains("\"seq\":2");
        assertThat(ask("GET /v1/commands/ide"))
                .startsWith("HTTP/1.1 404 Not Found")
                .contains("no record with the key ide: expected a whole key");
    }

    @Test
    void aTraceIsItsRawLines() throws Exception {
        byte[] lines = "{\"event\":\"version\"}\n{\"event\":\"exit\"}\n".getBytes(StandardCharsets.UTF_8);
        append(command("k1").traced(lines).finished(), plain("k2"));
        settled();
        assertThat(ask("GET /v1/commands/k1/trace"))
                .contains("content-type: application/x-ndjson")
                .endsWith("\r\n\r\n" + new String(lines, StandardCharsets.UTF_8));
        assertThat(ask("GET /v1/commands/k2/trace")).startsWith("HTTP/1.1 404 ").contains("no trace is kept of k2");
        assertThat(ask("GET /v1/commands/k3/trace")).startsWith("HTTP/1.1 404 ").contains("no record with the key k3");
    }

    private String ask(String methodAndTarget) throws IOException {
        return Http.ask(socket, methodAndTarget);
    }

    private static List<String> keys(String answer) {
        return KEY.matcher(answer).results().map(match -> match.group(1)).toList();
    }

    private static String next(String answer) {
        Matcher matcher = NEXT.matcher(answer);
        assertThat(matcher.find())
                .as(answer.substring(Math.max(0, answer.length() - 100)))
                .isTrue();
        return matcher.group(1);
    }
}
