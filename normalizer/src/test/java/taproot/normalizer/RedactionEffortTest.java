package taproot.normalizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No text and no pattern holds up whoever redacts: that is the log's writer, and all records stand behind it. */
class RedactionEffortTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int LENGTH = 1 << 18;

    private final List<Pattern> gaveUp = new ArrayList<>();

    /** What is repeated to a quarter of a megabyte; each was built to make one of the rules look at everything again and again. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "://",
                "://x:y",
                "://x:/@",
                "=",
                "a=",
                "A_TOKEN=",
                "A_TOKEN='",
                "A_TOKEN=\"",
                "'A_TOKEN=",
                "A_TOKEN=(",
                "_KEY=",
                "http.extraHeader",
                ".extraHeader=",
                "\\",
                "GIT_CONFIG_VALUE_",
                "config ",
                ":"
            })
    void aTextOfAnyKindTakesTimeInProportionToItsLength(String unit) {
        String many = unit.repeat(LENGTH / unit.length());
        Redactor redactor = new Redactor(List.of());
        long began = System.nanoTime();
        for (String text : List.of("@" + many, many + "@", "A_TOKEN=x " + many, "'" + many + "' A_SECRET=x")) {
            redactor.redact(text);
            redactor.redactArgv(List.of("git", text, "--config-env", text));
            redactor.redactTrace(
                    ("{\"argv\":[\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"]}\n").getBytes(UTF_8));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PATIENCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"(a+)+b\\1", "(?:(?:a{1,20}){1,20}){1,20}b", "(a|b)*c", "a*a*a*a*a*a*b"})
    void aPatternThatComesToNoEndCostsTheTextItIsTriedIn(String catastrophic) {
        Redactor redactor = redactor(catastrophic);
        long began = System.nanoTime();
        assertThat(redactor.redact("a".repeat(5_000))).isEqualTo("<redacted>");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PATIENCE);
        assertThat(gaveUp).extracting(Pattern::pattern).containsExactly(catastrophic);
    }

    /** The twin: what the JDK alone does with it. Thirty letters take seconds, each more twice as long. */
    @Test
    void withoutTheBoundItWouldGoOn() {
        Pattern pattern = Pattern.compile("(a+)+b\\1");
        long looks = 0;
        for (int length : new int[] {10, 20}) {
            Looks text = new Looks("a".repeat(length));
            assertThat(pattern.matcher(text).find()).isFalse();
            assertThat(text.looks).isGreaterThan(500 * looks);
            looks = text.looks;
        }
    }

    @Test
    void aRecordFullOfSuchTextsIsDoneAllTheSame() {
        List<String> argv = new ArrayList<>(List.of("git", "commit", "-m"));
        StringBuilder trace = new StringBuilder();
        for (int i = 0; i < 4_000; i++) {
            argv.add("a".repeat(30));
            trace.append("{\"event\":\"data\",\"value\":\"")
                    .append("a".repeat(30))
                    .append("\"}\n");
        }
        Redactor redactor = redactor("(a+)+b\\1");
        long began = System.nanoTime();
        CommandRecord record = redactor.redact(CommandRecords.plain(argv));
        byte[] clean = redactor.redactTrace(trace.toString().getBytes(UTF_8));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PATIENCE);
        assertThat(record.argv())
                .startsWith("git", "commit", "-m", "<redacted>")
                .hasSize(argv.size());
        assertThat(new String(clean, UTF_8)).startsWith("{\"event\":\"data\",\"value\":\"<redacted>\"}\n");
    }

    @Test
    void oneRecordsTroubleIsNotTheNextOnes() {
        Redactor redactor = redactor("(a+)+b\\1");
        assertThat(redactor.redact("a".repeat(5_000))).isEqualTo("<redacted>");
        assertThat(redactor.redact("x aba y " + "z".repeat(1_000))).isEqualTo("x <redacted> y " + "z".repeat(1_000));
    }

    /** Such as people write: looks at each character once for each place it may begin at. */
    @Test
    void aPatternThatIsOnlySlowKeepsItsText() {
        String text = "no secret in here, ".repeat(40);
        assertThat(redactor(".*(hunter2).*").redact(text)).isSameAs(text);
        assertThat(redactor("(?i)\\b[a-z]{3}-\\d{4,}\\b").redact("x".repeat(LENGTH) + " abc-1234"))
                .endsWith(" <redacted>");
        assertThat(gaveUp).isEmpty();
    }

    private Redactor redactor(String pattern) {
        return new Redactor(List.of(Pattern.compile(pattern)), gaveUp::add);
    }

    private static final class Looks implements CharSequence {
        private final String text;
        private long looks;

        Looks(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            looks++;
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
