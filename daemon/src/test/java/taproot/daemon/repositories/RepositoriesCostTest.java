package taproot.daemon.repositories;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;

/** What the step costs whoever hands a command to it; prints it. */
class RepositoriesCostTest {
    private static final int ROUNDS = 300_000;

    @TempDir
    Path directory;

    @Test
    void whatIsKnownCostsALookIntoACache() throws Exception {
        makeRepository();
        AtomicLong resolved = new AtomicLong();
        Repositories repositories = Repositories.start(
                new Repositories.Settings(Duration.ofSeconds(2), List.of(), 16 << 20),
                new Counters(),
                directory,
                command -> {
                    CommandRecord.Repository where = command.record().repository();
                    if (where != null && where.id() != null) {
                        resolved.incrementAndGet();
                    }
                },
                () -> 0);
        FinishedCommand status = new FinishedCommand(
                TrafficTest.record("s", 1, 1, "status", directory.resolve("r").toString()), new byte[0]);
        repositories.accept(status);
        repositories.idle().get(10, TimeUnit.SECONDS);
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long began = System.nanoTime();
            for (int i = 0; i < ROUNDS; i++) {
                repositories.accept(status);
            }
            best = Math.min(best, System.nanoTime() - began);
        }
        repositories.idle().get(10, TimeUnit.SECONDS);
        repositories.stop(Duration.ofSeconds(5));
        assertThat(resolved).hasValue(5L * ROUNDS + 1);
        System.out.println("a command whose repository is known: " + best / ROUNDS + " ns");
    }

    /** Nobody is asked who could keep it waiting: neither a lane's thread nor the file system. */
    @Test
    void whatIsKnownIsNotLookedForAgainWhetherItIsThereOrGone() throws Exception {
        makeRepository();
        Resolver resolver = new Resolver(Runnable::run);
        for (String where : List.of("r", "gone")) {
            String worktree = directory.resolve(where).toString();
            Resolver.Found found = resolver.find(new Clue.Worktree(RawPath.ofText(worktree)), worktree);
            assertThat(resolver.fresh(worktree, _ -> {})).isEqualTo(found);
        }
        // As an IDE runs it: nothing of this speaks of another place.
        List<String> argv = List.of("git", "-C", "..", "-c", "core.quotepath=false", "status");
        assertThat(GlobalOptions.nameGitDir(TrafficTest.record("s", 1, 1, argv, "/r")))
                .isFalse();
    }

    private void makeRepository() throws IOException {
        Path git = Files.createDirectories(directory.resolve("r/.git"));
        Files.createDirectory(git.resolve("objects"));
        Files.createDirectory(git.resolve("refs"));
        Files.writeString(git.resolve("HEAD"), "ref: refs/heads/main\n");
    }
}
