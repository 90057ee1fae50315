package taproot.normalizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever stands around a secret, and wherever it is put, it is gone afterwards. */
class RedactorPropertiesTest {
    private static final String SECRET = "s3cr3tS3CR3T";
    private static final JsonFactory JSON = new JsonFactory();

    private final Redactor redactor = new Redactor(List.of());

    @Property(tries = 3000)
    void noSecretIsLeftInARecord(@ForAll("plantings") String planted, @ForAll("noise") List<String> noise) {
        List<String> argv = argv(planted, noise);
        CommandRecord clean = redactor.redact(CommandRecords.record(
                argv,
                new CommandRecord.Alias("a", argv),
                null,
                List.of(String.join("", noise) + " " + planted),
                List.of(
                        new CommandRecord.Param("x.y", planted, null),
                        new CommandRecord.Param("A_TOKEN", SECRET, null)),
                List.of(new CommandRecord.ChildEntry("s", "?", null, argv, false, 1L, 1L, 0, null)),
                Map.of("note", planted)));
        assertThat(new String(RecordJson.write(clean), UTF_8)).doesNotContain(SECRET);
        assertThat(redactor.redact(clean)).isEqualTo(clean);
    }

    @Property(tries = 3000)
    void noSecretIsLeftInATraceAndItIsStillJson(
            @ForAll("plantings") String planted, @ForAll("noise") List<String> noise, @ForAll boolean escaped)
            throws IOException {
        byte[] line = line(argv(planted, noise), planted, escaped);
        byte[] clean = redactor.redactTrace(line);
        assertThat(values(clean)).noneMatch(value -> value.contains(SECRET));
        assertThat(values(clean)).hasSameSizeAs(values(line)).startsWith("start", CommandRecords.SID);
    }

    @Property(tries = 300)
    void noSecretIsLeftInATornTrace(@ForAll("plantings") String planted, @ForAll("noise") List<String> noise)
            throws IOException {
        byte[] line = line(argv(planted, noise), planted, false);
        for (int length = 0; length < line.length; length++) {
            String clean = new String(redactor.redactTrace(java.util.Arrays.copyOf(line, length)), UTF_8);
            assertThat(clean)
                    .satisfiesAnyOf(
                            c -> assertThat(c).doesNotContain(SECRET),
                            // Torn before the @ that would make it a URL's user-info: then there is nothing to see it
                            // by.
                            c -> assertThat(c).matches("(?s).*://[^@]*"));
            if (length > 400) {
                break;
            }
        }
    }

    @Property(tries = 2000)
    void anyBytesAtAllAreTaken(@ForAll byte[] bytes) {
        byte[] suspicious = (new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1) + "@\\u")
                .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        byte[] clean = redactor.redactTrace(suspicious);
        assertThat(lines(clean)).isEqualTo(lines(suspicious));
        assertThat(redactor.redactTrace(clean)).isEqualTo(clean);
    }

    /** A secret in each of the forms that are recognised, the last word of its text. */
    @Provide
    Arbitrary<String> plantings() {
        Arbitrary<String> name =
                Arbitraries.of("A_TOKEN", "token", "x.oauthToken", "MY_SECRET_2", "PASSWORD", "api_key");
        Arbitrary<String> user = Arbitraries.of("", "u:", "u%20v:", "u:'", "u:\"");
        List<UnaryOperator<String>> quotes =
                List.of(s -> s, s -> "'a " + s + "'", s -> "\"a \\\" " + s + "\"", s -> "a\\ " + s);
        Arbitrary<String> assignment =
                Combinators.combine(name, Arbitraries.of(quotes)).as((n, quote) -> n + "=" + quote.apply(SECRET));
        Arbitrary<String> url = Combinators.combine(
                        Arbitraries.of("https", "ssh", "x+y"), user, Arbitraries.of("/x", ":1/x", "", "?a@b"))
                .as((scheme, u, rest) -> scheme + "://" + u + SECRET + "@host" + rest);
        Arbitrary<String> header = Arbitraries.of(
                        "http.extraHeader=",
                        "HTTP.EXTRAHEADER=X: ",
                        "http.https://a.b/.extraheader=Authorization: Basic ")
                .map(key -> key + SECRET);
        return Arbitraries.oneOf(assignment, url, header);
    }

    @Provide
    Arbitrary<List<String>> noise() {
        return Arbitraries.oneOf(
                        Arbitraries.strings().ascii().ofMaxLength(8),
                        Arbitraries.of("git", "config", "-c", "'", "\"", "\\", "=", "a=b", "@", "://", "é\n", "sh"))
                .list()
                .ofMaxSize(5);
    }

    private static List<String> argv(String planted, List<String> noise) {
        List<String> argv = new ArrayList<>(noise);
        argv.add(planted);
        argv.addAll(noise);
        return argv;
    }

    private static byte[] line(List<String> argv, String planted, boolean escaped) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            if (escaped) {
                json.setHighestNonEscapedChar(127);
                json.setCharacterEscapes(new Escapes());
            }
            json.writeStartObject();
            json.writeStringField("event", "start");
            json.writeStringField("sid", CommandRecords.SID);
            json.writeArrayFieldStart("argv");
            for (String element : argv) {
                json.writeString(element);
            }
            json.writeEndArray();
            json.writeStringField("msg", planted);
            json.writeStringField("param", "http.extraHeader");
            json.writeStringField("value", SECRET);
            json.writeEndObject();
        }
        out.write('\n');
        return out.toByteArray();
    }

    /** Every string value, as a reader of the trace sees it. */
    private static List<String> values(byte[] line) throws IOException {
        List<String> values = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(line)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken().isScalarValue()) {
                    values.add(parser.getText());
                }
            }
        }
        return values;
    }

    private static long lines(byte[] trace) {
        return new String(trace, java.nio.charset.StandardCharsets.ISO_8859_1)
                .chars()
                .filter(c -> c == '\n')
                .count();
    }

    /** Writes what could be plain letters as {@code \\u} escapes. */
    @SuppressWarnings("serial")
    private static final class Escapes extends com.fasterxml.jackson.core.io.CharacterEscapes {
        @Override
        public int[] getEscapeCodesForAscii() {
            int[] codes = standardAsciiEscapesForJSON();
            for (char c : "@TtKkEe/:s3".toCharArray()) {
                codes[c] = ESCAPE_STANDARD;
            }
            return codes;
        }

        @Override
        public com.fasterxml.jackson.core.@org.jspecify.annotations.Nullable SerializableString getEscapeSequence(
                int c) {
            return null;
        }
    }
}
