package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.CommandRecord;

/** A repository on a file system that hangs. */
class HungRepositoriesTest {
    private static final int HUNG = 24;

    @RegisterExtension
    final GitLab lab = new GitLab("repositories.timeout=4s");

    @Test
    void whatHangsDelaysItsOwnRecordsWithinABoundAndNobodyElses() throws Throwable {
        HungFileSystem hung = HungFileSystem.mount(lab.root().resolve("hung"));
        assumeTrue(hung != null, "may not mount");
        try (HungFileSystem closing = hung) {
            assertThat(closing).isNotNull();
            lab.repository("r");
            // More than there are threads, each in a directory of its own.
            for (int i = 0; i < HUNG; i++) {
                play("commit", lab.root().resolve("hung/repository-" + i).toString());
            }
            long began = System.nanoTime();
            lab.run("git -C r commit -q --allow-empty -m x");
            GitLab.until(() -> lab.count(Counter.RECORDS_COMMITTED) > 0);
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            System.out.println(
                    "a commit beside " + HUNG + " directories that hang: recorded after " + took.toMillis() + " ms");
            // Half of the patience with the others, however busy the machine is.
            assertThat(took).isLessThan(Duration.ofSeconds(2));
            Records records = lab.records();
            assertThat(records.all()).hasSize(HUNG + 1);
            assertThat(records.all().stream().filter(HungRepositoriesTest::timedOut))
                    .hasSize(HUNG)
                    .allSatisfy(record -> assertThat(record.refConfidence()).isEqualTo("unknown"));
            assertThat(lab.count(Counter.REPOSITORIES_TIMED_OUT)).isEqualTo(HUNG);

            // It is known to hang: nobody waits for it again.
            play("commit", lab.root().resolve("hung/repository-0").toString());
            lab.daemon().barrier().toCompletableFuture().get(2, TimeUnit.SECONDS);
            assertThat(timedOut(lab.records().only())).isTrue();
        }
        GitLab.until(() -> {
            play("status", lab.root().resolve("hung/repository-0").toString());
            return "missing".equals(unresolved(lab.records().all().getLast()));
        });
    }

    private void play(String command, String worktree) throws Exception {
        byte[] bytes = Events.ofGit()
                .version()
                .start("git", command)
                .event("def_repo", ",\"repo\":1,\"worktree\":\"" + worktree + "\"")
                .name(command)
                .exit(0)
                .atexit(0)
                .bytes();
        try (SocketChannel connection = lab.connect()) {
            connection.write(ByteBuffer.wrap(bytes));
        }
    }

    private static boolean timedOut(CommandRecord record) {
        return "timeout".equals(unresolved(record));
    }

    private static String unresolved(CommandRecord record) {
        return record.repository() == null
                ? ""
                : String.valueOf(record.repository().unresolved());
    }
}
