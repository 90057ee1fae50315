package taproot.cli.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpReplyTest {

    @Test
    void aBodyHasTheLengthThatTheHeadSays() throws IOException {
        HttpReply reply = parse("HTTP/1.1 200 OK\r\nA: b\r\ncontent-length: 3\r\n\r\nabcdef");
        assertThat(reply).isEqualTo(new HttpReply(200, "abc"));
    }

    @Test
    void withoutALengthTheEndOfTheConnectionIsTheEnd() throws IOException {
        assertThat(parse("HTTP/1.1 504 Gateway Timeout\r\n\r\nabc")).isEqualTo(new HttpReply(504, "abc"));
    }

    @Test
    void chunksArePutTogether() throws IOException {
        HttpReply reply = parse(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n");
        assertThat(reply.body()).isEqualTo("abc0123456789");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "SSH-2.0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.1 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
            })
    void whatIsNoWholeAnswerIsRefused(String answer) {
        assertThatThrownBy(() -> parse(answer)).isInstanceOf(IOException.class);
    }

    private static HttpReply parse(String answer) throws IOException {
        return HttpReply.parse(answer.getBytes(StandardCharsets.UTF_8));
    }
}
