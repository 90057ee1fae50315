package taproot.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.terminal.ExitStatus;

/** Completion and manual pages, read by the shells and by man themselves. */
class ManualTest {
    @TempDir
    private Path directory;

    @Test
    void bashCompletesCommandsAndOptions() throws Exception {
        Path script = completion("bash");
        String complete =
                "source " + script + "; complete() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=();"
                        + " _complete_taproot 2>/dev/null; echo \"${COMPREPLY[*]}\"; }; ";
        assertThat(shell("bash", "-c", complete + "complete taproot sh")).isEqualTo("show");
        assertThat(shell("bash", "-c", complete + "complete taproot show --wat"))
                .isEqualTo("--waterfall");
    }

    @Test
    void fishCompletesCommandsOptionsAndValues() throws Exception {
        needs("fish");
        String source = "source " + completion("fish") + "; ";
        assertThat(shell("fish", "-c", source + "complete -C 'taproot sh'")).startsWith("show\tShows one record");
        assertThat(shell("fish", "-c", source + "complete -C 'taproot show --wat'"))
                .startsWith("--waterfall\t");
        assertThat(shell("fish", "-c", source + "complete -C 'taproot log --outcome '")
                        .lines()
                        .map(line -> line.split("\t", 2)[0]))
                .containsExactlyInAnyOrder("exited", "signaled", "execed", "lost", "interrupted");
        assertThat(shell("fish", "-c", source + "complete -C 'taproot completion '")
                        .lines())
                .containsExactlyInAnyOrder("bash", "zsh", "fish");
    }

    @Test
    void zshCompletesCommandsOptionsAndValues() throws Exception {
        needs("zsh");
        Path script = completion("zsh");
        assertThat(zsh(script, "taproot show --wat")).contains("taproot show --waterfall");
        assertThat(zsh(script, "taproot stat")).contains("taproot status");
        assertThat(zsh(script, "taproot log --outcome=sig")).contains("--outcome=signaled");
        assertThat(zsh(script, "taproot completion fi")).contains("taproot completion fish");
    }

    @Test
    void everyCommandHasAPageThatManFormats() throws Exception {
        assertThat(Cli.run("man", directory.toString()).status()).isEqualTo(ExitStatus.OK);
        try (Stream<Path> files = Files.list(directory.resolve("man1"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .contains("taproot.1")
                    .hasSize(Commands.values().length + 1);
        }
        for (Commands command : Commands.values()) {
            Path page = directory.resolve("man1/taproot-" + command.word() + ".1");
            String text = Files.readString(page);
            assertThat(text)
                    .contains(
                            ".SH NAME\ntaproot-" + command.word() + " \\- ",
                            ".SH SYNOPSIS",
                            "\\fB\\-\\-state\\-dir\\fR");
        }
    }

    @Test
    void mandocFindsNothingToComplainOf() throws Exception {
        needs("mandoc");
        Cli.run("man", directory.toString());
        String said = shell("sh", "-c", "mandoc -T lint -W warning " + directory + "/man1/*.1");
        assertThat(said).isEmpty();
        assertThat(shell("sh", "-c", "mandoc -T ascii " + directory + "/man1/taproot-show.1 | col -bx"))
                .contains("taproot-show - shows one record whole", "--perfetto[=FILE]");
    }

    @Test
    void manItselfShowsThePage() throws Exception {
        needs("man");
        Path page = directory.resolve("taproot.1");
        Files.writeString(page, Cli.run("man").out());
        assertThat(shell("sh", "-c", "MANWIDTH=100 man --warnings -l " + page + " | col -bx | tr -s ' '"))
                .contains("taproot - a flight recorder for git", "taproot-doctor(1)");
    }

    private Path completion(String shell) throws Exception {
        Cli run = Cli.run("completion", shell);
        assertThat(run.status()).isEqualTo(ExitStatus.OK);
        return Files.writeString(directory.resolve("taproot." + shell), run.out());
    }

    /** What stands on the line of an interactive zsh after a tab, in a pseudo terminal of zsh's own. */
    private String zsh(Path script, String typed) throws Exception {
        String run = "zmodload zsh/zpty; zpty z zsh -f -i; "
                + "zpty -w z \"PROMPT='re''ady>'; autoload -U compinit; compinit -u -D; source " + script + "\"; "
                + "zpty -r -m z x '*ready>*' && zpty -w -n z '" + typed + "'$'\\t'zzend && zpty -r -m z x '*zzend*';"
                + " print -r -- $x";
        return shell("zsh", "-f", "-c", run);
    }

    private static void needs(String program) {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":")).anyMatch(d -> Files.isExecutable(Path.of(d, program))),
                "needs " + program);
    }

    private String shell(String... words) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(List.of(words))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("TERM", "dumb");
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return out.strip();
    }
}
