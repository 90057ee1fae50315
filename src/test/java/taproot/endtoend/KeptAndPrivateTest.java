package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.daemon.Daemon;
import taproot.daemon.DaemonStartException;
import taproot.daemon.config.Config;
import taproot.daemon.config.Places;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogReader;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.DropReason;
import taproot.normalizer.Outcome;
import taproot.normalizer.StoredRecord;

/** The invariants N8 to N10 of the design, with the program as it runs on somebody's machine; the others: {@link InvariantsTest}. */
class KeptAndPrivateTest {
    @RegisterExtension
    final GitLab lab = new GitLab();

    @Nested
    @DisplayName("N8: the log has no silent gaps")
    class NoSilentGaps {
        @Test
        void acrossStopsKillsAndCommandsWithoutARecord() throws Exception {
            lab.given("git init -q r");
            lab.stopDaemon();
            for (int life = 0; life < 3; life++) {
                try (Program program = Program.run(lab.places())) {
                    lab.run("cd r; for i in 1 2 3 4 5; do git commit -q --allow-empty -m x; git status -s; done");
                    assertThat(program.barrier()).isEqualTo((life + 1) * 10L);
                    if (life == 1) {
                        assertThat(program.terminate()).isZero();
                    } else {
                        program.kill();
                    }
                }
            }
            lab.startDaemon();
            lab.run("git version");
            lab.records();
            assertThat(seqsAfter(0)).containsExactlyElementsOf(range(1, 31));
            assertThat(seqsAfter(17)).as("a reader that goes on").containsExactlyElementsOf(range(18, 31));
        }
    }

    @Nested
    @DisplayName("N9: committed means kept")
    class CommittedMeansKept {
        @Test
        void whateverKillsTheDaemonInTheMiddleOfItsWork() throws Exception {
            lab.stopDaemon();
            Process load;
            long confirmed;
            try (Program program = Program.run(lab.places())) {
                load = lab.begin("while [ ! -e go ]; do git version; done");
                long first = program.barrier();
                do {
                    confirmed = program.barrier();
                } while (confirmed < first + 50);
                program.kill();
            }
            lab.given("touch go");
            assertThat(load.waitFor()).as("git does not mind").isZero();
            lab.startDaemon();
            lab.records();
            List<Long> kept = seqsAfter(0);
            assertThat(kept)
                    .hasSizeGreaterThanOrEqualTo((int) confirmed)
                    .containsExactlyElementsOf(range(1, kept.size()));
        }

        @Test
        void sigtermLosesNothingThatWasReceived() throws Exception {
            lab.repository("r");
            lab.stopDaemon();
            int done;
            try (Program program = Program.run(lab.places())) {
                Process running = lab.begin("cd r; exec git cat-file --batch-check");
                GitLab.Ran ran = lab.run("seq 300 | xargs -P 10 -I{} git -C r log -1 --format=%H{} | wc -l");
                done = Integer.parseInt(ran.out().strip());
                assertThat(program.terminate()).isZero();
                running.getOutputStream().close();
                assertThat(running.waitFor()).isZero();
            }
            Records records = lab.stored();
            assertThat(done).isEqualTo(300);
            assertThat(records.of("log"))
                    .hasSize(300)
                    .allSatisfy(record -> assertThat(record.outcome()).isEqualTo(Outcome.EXITED));
            assertThat(records.only("cat-file").outcome()).isEqualTo(Outcome.INTERRUPTED);
            lab.startDaemon();
        }
    }

    @Nested
    @DisplayName("N10: private by default")
    class PrivateByDefault {
        @Test
        void everythingIsForItsOwnerAlone() throws Exception {
            lab.run("git version");
            lab.records();
            assertThat(mode(lab.places().runtimeDirectory())).isEqualTo("rwx------");
            assertThat(mode(lab.places().stateDirectory())).isEqualTo("rwx------");
            for (Path directory :
                    List.of(lab.places().runtimeDirectory(), lab.places().stateDirectory())) {
                try (Stream<Path> files = Files.walk(directory)) {
                    for (Path file :
                            files.filter(path -> !Files.isDirectory(path)).toList()) {
                        assertThat(mode(file)).as(file.toString()).doesNotMatch("...[^-].....|.{6}.*[^-].*");
                    }
                }
            }
        }

        @Test
        void anotherUsersBytesAreReadDiscardedAndCounted() throws Exception {
            assumeTrue(isRoot(), "only root can become somebody else");
            // What the daemon sets up nobody else can reach; this is about what it does when somebody opens the doors.
            open(
                    lab.root(),
                    lab.work(),
                    lab.home(),
                    lab.places().runtimeDirectory(),
                    lab.places().traceSocket());
            GitLab.Ran ran = lab.run("setpriv --reuid=65534 --regid=65534 --clear-groups git version");
            assertThat(ran.exit()).as(ran.err()).isZero();
            assertThat(lab.records().all()).isEmpty();
            assertThat(lab.count(Counter.CONNECTIONS_FOREIGN_UID)).isEqualTo(1);
            assertThat(lab.count(Counter.EVENTS_APPLIED)).isZero();
            assertThat(lab.status().dropped().get(DropReason.FOREIGN_UID))
                    .isEqualTo(lab.count(Counter.EVENTS_RECEIVED))
                    .isPositive();
            lab.run("git version");
            assertThat(lab.records().all()).hasSize(1);
        }

        @Test
        void placesOfSomebodyElseAreRefused() throws Exception {
            assumeTrue(isRoot(), "only root can give a directory away");
            lab.given("mkdir -m 700 theirs ours; chown 65534 theirs; mkdir -m 777 everybodys; ln -s ours link");
            for (String directory : List.of("theirs", "everybodys", "link")) {
                assertRefused(
                        new Places(lab.work().resolve(directory), lab.work().resolve("state"), null), directory);
                assertRefused(new Places(lab.work().resolve("run"), lab.work().resolve(directory), null), directory);
            }
        }

        private void assertRefused(Places places, String named) {
            assertThatThrownBy(() -> Daemon.start(Config.defaults(), places, "test"))
                    .isInstanceOf(DaemonStartException.class)
                    .hasMessageContaining(lab.work(named));
        }

        // That no secret reaches the log is in RemotesTest, with the commands that carry them.

        @Test
        void whatAHookOrAnIdeAnnotatesIsRedactedToo() throws Exception {
            Events events = Events.ofGit().version().start("git", "push");
            events.event("data", ",\"category\":\"taproot\",\"key\":\"API_TOKEN\",\"value\":\"s3cret-a\"");
            events.event("data", ",\"category\":\"taproot\",\"key\":\"url\",\"value\":\"https://u:s3cret-b@h/x\"");
            events.event("error", ",\"msg\":\"cannot read https://s3cret-c@h/x\",\"fmt\":\"cannot read %s\"");
            try (SocketChannel connection = lab.connect()) {
                connection.write(java.nio.ByteBuffer.wrap(events.atexit(1).bytes()));
            }
            var record = lab.records().only();
            assertThat(record.annotations())
                    .isEqualTo(Map.of("API_TOKEN", "<redacted>", "url", "https://<redacted>@h/x"));
            assertThat(record.errors()).containsExactly("cannot read https://<redacted>@h/x");
            assertThat(lab.trace(record)).contains("<redacted>").doesNotContain("s3cret");
        }
    }

    private List<Long> seqsAfter(long seq) throws Exception {
        List<Long> seqs = new ArrayList<>();
        try (LogReader reader = LogReader.open(lab.places().stateDirectory())) {
            reader.query(CommandQuery.where().after(seq, 0), stored -> {
                StoredRecord record = Records.read(stored.json());
                assertThat(record.seq()).isEqualTo(stored.seq());
                seqs.add(stored.seq());
            });
        }
        return seqs;
    }

    private static List<Long> range(long from, long to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    private static boolean isRoot() throws Exception {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static void open(Path... paths) throws Exception {
        for (Path path : paths) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
    }
}
