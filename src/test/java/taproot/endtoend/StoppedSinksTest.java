package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.config.Places;

/** SIGTERM for a daemon with sinks in line for the flush gate. */
class StoppedSinksTest {
    private static final int SINKS = 50;
    private static final int COMMANDS = 5;

    @TempDir
    private Path directory;

    /**
     * What was in line goes past the gate; of half of it some arrives in time, the other half takes too long and is delivered
     * by the next daemon, which does not know how far it got.
     */
    @Test
    void withFiftyInLineForOneSlotNothingIsLostAndNothingComesTwice() throws Exception {
        Places places = new Places(directory.resolve("run"), directory.resolve("state"), null);
        List<String> settings = new ArrayList<>(List.of("sinks.flushes=1", "shutdown_grace=2s"));
        for (int i = 0; i < SINKS; i++) {
            tell(i, "600000");
            settings.addAll(List.of(
                    "sinks.s" + i + ".type=file", "sinks.s" + i + ".path=" + out(i), "sinks.s" + i + ".batch_age=1ms"));
        }
        String[] all = settings.toArray(String[]::new);
        try (Program daemon = Program.run(places, all)) {
            for (int n = 0; n < COMMANDS; n++) {
                git(places);
            }
            daemon.barrier();
            Awaitility.await().until(() -> daemon.sinksInLine() == SINKS - 1);
            for (int i = 0; i < SINKS / 2; i++) {
                tell(i, "1");
            }
            daemon.signal("TERM");
            assertThat(daemon.ended()).isZero();
        }
        long whole = 0;
        for (int i = 0; i < SINKS; i++) {
            whole += Files.exists(out(i)) ? 1 : 0;
            Files.delete(slow(i));
        }
        assertThat(whole).isBetween(1L, SINKS / 2L);
        try (Program next = Program.run(places, all)) {
            Awaitility.await().until(() -> everythingIsThere());
            assertThat(next.terminate()).isZero();
        }
        for (int i = 0; i < SINKS; i++) {
            assertThat(seqs(i)).containsExactly("1", "2", "3", "4", "5");
        }
    }

    private boolean everythingIsThere() throws Exception {
        for (int i = 0; i < SINKS; i++) {
            if (!Files.exists(out(i)) || seqs(i).size() < COMMANDS) {
                return false;
            }
        }
        return true;
    }

    private List<String> seqs(int sink) throws Exception {
        return Files.readAllLines(out(sink)).stream()
                .map(line -> line.split(" ")[1])
                .toList();
    }

    private Path out(int sink) {
        return directory.resolve("out" + sink);
    }

    private Path slow(int sink) {
        return directory.resolve("out" + sink + ".slow");
    }

    private void tell(int sink, String millis) throws Exception {
        Files.writeString(slow(sink), millis + "\n");
    }

    private static void git(Places places) throws Exception {
        ProcessBuilder git = new ProcessBuilder("git", "version").redirectOutput(ProcessBuilder.Redirect.DISCARD);
        git.environment().put("GIT_TRACE2_EVENT", "af_unix:stream:" + places.traceSocket());
        assertThat(git.start().waitFor()).isZero();
    }
}
