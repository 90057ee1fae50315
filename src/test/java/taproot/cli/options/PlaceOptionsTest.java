package taproot.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What the options are with the command line library and without. */
class PlaceOptionsTest {
    @Command
    private static final class Any {
        @Mixin
        private PlaceOptions options = new PlaceOptions();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--runtime-dir /r",
                "--state-dir=/s --config c.toml --runtime-dir=r",
                "--set log.durability=full",
                "--set=log.durability=full --set redact.patterns= --set x=a,b|",
                "--state-dir /a=b",
                "--config \"quoted\""
            })
    void withoutTheLibraryTheyAreTheSame(String line) {
        List<String> words = words(line);
        PlaceOptions plain = Objects.requireNonNull(PlaceOptions.plain(words));
        Any parsed = new Any();
        new CommandLine(parsed).setExpandAtFiles(false).parseArgs(words.toArray(String[]::new));
        assertThat(plain.command("")).isEqualTo(parsed.options.command(""));
        assertThat(plain.overrides()).isEqualTo(parsed.options.overrides());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "--runtime-dir",
                "--runtime-dir=",
                "--runtime-dir --state-dir /s",
                "--config a --config b",
                "--runtime /r",
                "-x",
                "word",
                "--",
                "@file"
            })
    void whatIsUnusualIsLeftToTheLibrary(String line) {
        assertThat(PlaceOptions.plain(words(line))).isNull();
    }

    @Test
    void anOptionWithoutItsValueIsNotTheNextOnes() {
        assertThat(PlaceOptions.plain(List.of("--set", "--config", "c"))).isNull();
    }

    private static List<String> words(String line) {
        return line.isEmpty() ? List.of() : List.of(line.split(" "));
    }
}
