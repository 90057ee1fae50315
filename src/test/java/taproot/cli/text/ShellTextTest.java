package taproot.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShellTextTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "HEAD@{1}, HEAD@{1}",
                "a..b, a..b",
                "--format=%h, --format=%h",
                "größe, größe",
                "two words, 'two words'",
                "it's, 'it'\\''s'",
                "$HOME, '$HOME'",
                "~user, '~user'",
                "\"\", ''"
            })
    void aWordIsQuotedWhenAShellNeedsIt(String word, String text) {
        assertThat(ShellText.of(word)).isEqualTo(text);
    }

    @Test
    void anArgumentCannotSpeakToTheTerminal() {
        assertThat(ShellText.of("\u001b[2J\u009b31m\u202egnp")).isEqualTo("$'\\x1b[2J\\u009b31m\\u202egnp'");
        assertThat(ShellText.oneLine("a\nb\u0007")).isEqualTo("a\\nb\\x07");
    }

    @ParameterizedTest
    @ValueSource(strings = {"first\n\nit's \\ a \"body\"", "tab\tand\u0001control", "plain", "'", "\\", "a b"})
    void aShellReadsBackWhatWasQuoted(String word) throws IOException {
        Process shell = new ProcessBuilder("bash", "-c", "printf %s " + ShellText.of(word)).start();
        assertThat(new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(word);
    }

    @Test
    void theBriefFormNamesTheProgramWithoutItsPath() {
        assertThat(ShellText.brief(List.of("/usr/lib/git-core/git", "fetch", "a b")))
                .isEqualTo("git fetch 'a b'");
        assertThat(ShellText.brief(List.of("sed -i s/a/b/", "a file"))).isEqualTo("sed -i s/a/b/ 'a file'");
        assertThat(ShellText.brief(List.of())).isEqualTo("(unknown)");
    }
}
