package taproot.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.text.Json;

class ConfigCommandTest {
    @TempDir
    private Path directory;

    @Test
    void everyValueSaysWhereItComesFrom() throws Exception {
        Path file = file("[roots]\nlinger = \"80ms\"\n[redact]\npatterns = ['a\\d', \"b\"]\n");
        Cli run = Cli.run("config", "show", "--config", file.toString(), "--set", "ingest.loops=2");
        assertThat(run.status()).isEqualTo(ExitStatus.OK);
        assertThat(run.out())
                .containsPattern("(?m)^shutdown_grace +\"5s\" +default$")
                .containsPattern("(?m)^ingest.loops +2 +--set$")
                .containsPattern("(?m)^roots.linger +\"80ms\" +\\Q" + file + ":2\\E$")
                .containsPattern("(?m)^redact.patterns +\\Q[\"a\\\\d\", \"b\"]\\E +\\Q" + file + ":4\\E$");
    }

    @Test
    void programsGetTheSameAsJson() throws Exception {
        Path file = file("[redact]\npatterns = ['a\\d']\n");
        Cli run = Cli.run("config", "show", "--json", "--config", file.toString());
        Json patterns = Json.parse(run.out()).object("redact.patterns");
        assertThat(patterns.texts("value")).containsExactly("a\\d");
        assertThat(patterns.text("origin")).isEqualTo(file + ":2");
        assertThat(patterns.text("live")).isEqualTo("true");
    }

    @Test
    void aRightFileIsSaidToBe() throws Exception {
        Path file = file("[log]\nretention_age = \"30d\"\n");
        assertThat(Cli.run("config", "check", file.toString()))
                .isEqualTo(new Cli(ExitStatus.OK, file + " is right\n", ""));
    }

    @Test
    void aWrongOneSaysEverythingThatIsWrongAndWhere() throws Exception {
        Path file = file("[log]\nretention_aeg = \"30d\"\nqueue_limit = 7\n");
        Cli run = Cli.run("config", "check", file.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.out().lines())
                .hasSize(2)
                .first()
                .asString()
                .isEqualTo(file + ":2: log.retention_aeg: expected a known key, got an unknown one;"
                        + " did you mean log.retention_age?");
        Json json =
                Json.parse(Cli.run("config", "check", "--json", file.toString()).out());
        assertThat(json.text("ok")).isEqualTo("false");
        assertThat(json.objects("problems").getFirst().text("nearest")).isEqualTo("log.retention_age");
        assertThat(Cli.run("config", "show", "--config", file.toString()).status())
                .isEqualTo(ExitStatus.FAILED);
    }

    @Test
    void withoutAFileTheDefaultsHold() {
        assertThat(Cli.run("config", "check").out()).isEqualTo("there is no configuration: the defaults hold\n");
    }

    @Test
    void whatItCannotDoIsAUsageError() {
        assertThat(Cli.run("config").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(Cli.run("config", "chekc").err()).contains("expected one of check, show, got 'chekc'");
        assertThat(Cli.run("config", "show", "x").status()).isEqualTo(ExitStatus.USAGE);
    }

    private Path file(String text) throws Exception {
        return Files.writeString(directory.resolve("taproot.toml"), text);
    }
}
