package taproot.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.terminal.ExitStatus;

/** {@code taproot import}, with recordings of real git. */
class ImportTest {
    private static final Path RECORDING =
            Path.of("..", "normalizer", "src", "test", "resources", "traces", "git-2.39.5", "commit-hooks");

    @TempDir
    private Path directory;

    @Test
    void whatIsImportedCanBeListedAndIsNotImportedAgain() {
        Cli first = imported(RECORDING.toString());
        assertThat(first.status()).isEqualTo(ExitStatus.OK);
        assertThat(first.out()).startsWith("1 recorded, 0 already there; 5 files, ");
        assertThat(first.out()).contains("expected.jsonl: not trace2 events");
        assertThat(imported(RECORDING.toString()).out()).startsWith("0 recorded, 1 already there; ");
        Cli log = Cli.run("log", "--state-dir", state());
        assertThat(log.out().lines().toList().getLast()).contains("git commit");
    }

    @Test
    void theFiguresComeAsJsonToo() {
        Cli run = imported("--json", RECORDING.toString());
        assertThat(run.out())
                .startsWith("{\"recorded\":1,\"already_there\":0,\"files\":5,\"files_skipped\":1,\"bytes\":")
                .endsWith("}}}\n");
    }

    @Test
    void whatWasSkippedIsSaidWithItsReason() throws Exception {
        Path file = directory.resolve("events");
        Path whole = RECORDING.resolve("20261120T045751.415423Z-H0a7c9cdf-P0000168a");
        Files.writeString(file, "garbage\n" + Files.readString(whole));
        Files.writeString(directory.resolve("git-trace2-discard"), "");
        Files.writeString(directory.resolve("git-trace2-discard"), "{}\n");
        Cli run = imported(directory.toString());
        assertThat(run.status()).isEqualTo(ExitStatus.OK);
        assertThat(run.out())
                .contains("           1  lines skipped: not the JSON that trace2 writes")
                .contains("git-trace2-discard: git stopped recording here: trace2.maxFiles was reached");
    }

    @Test
    void aPathThatIsNotThereIsAUsageError() {
        Cli run = imported(directory.resolve("nothing").toString());
        assertThat(run.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(run.err()).contains("there is no " + directory.resolve("nothing"));
    }

    @Test
    void withoutAPathNothingIsImported() {
        assertThat(Cli.run("import").status()).isEqualTo(ExitStatus.USAGE);
    }

    private Cli imported(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "import";
        all[1] = "--state-dir";
        all[2] = state();
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return Cli.run(all);
    }

    private String state() {
        return directory.resolve("state").toString();
    }
}
