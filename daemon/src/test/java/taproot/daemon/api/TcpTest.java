package taproot.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.config.LoopbackAddress;

/** The control interface over loopback TCP, asked by the JDK's client. */
class TcpTest extends LoggedServerBase {
    private static final LoopbackAddress ANY_PORT = new LoopbackAddress("127.0.0.1", 0);
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    @Test
    void whoKnowsTheTokenIsServedAndNobodyElse() throws Exception {
        int port = server.listen(ANY_PORT, token("rw-------", TOKEN));
        assertThat(ask(port, "Bearer " + TOKEN).statusCode()).isEqualTo(200);
        for (String wrong : new String[] {"Bearer " + TOKEN + "x", "Bearer x", "Basic " + TOKEN, TOKEN}) {
            HttpResponse<String> refused = ask(port, wrong);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("www-authenticate")).contains("Bearer realm=\"taproot\"");
            assertThat(refused.body()).contains("\"status\":401").doesNotContain(TOKEN);
        }
    }

    @Test
    void aTokenThatOthersMayReadIsRefused() throws Exception {
        Path open = token("rw-r-----", TOKEN);
        assertThatThrownBy(() -> server.listen(ANY_PORT, open))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is rw-r-----: chmod 600 " + open);
        Path brief = token("rw-------", "short");
        assertThatThrownBy(() -> server.listen(ANY_PORT, brief)).hasMessageContaining("at least 16 characters");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0.0.0.0:80", "192.168.0.1:80", "localhost:80", "127.0.0.1", "127.0.0.999:1", "[::]:1", ":80"})
    void onlyLoopbackAddressesAreTaken(String address) {
        assertThatThrownBy(() -> Config.load(null, java.util.List.of("api.listen=" + address)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("api.listen: expected a loopback address and a port");
    }

    private HttpResponse<String> ask(int port, String authorization) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/status"))
                    .header("Authorization", authorization)
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    private Path token(String permissions, String text) throws IOException {
        Path file = Files.writeString(Files.createTempFile(directory, "token", ""), text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
}
