package taproot.daemon.repositories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;

/** A repository whose refs and reflogs are in reftables, as git 2.55.0 has made it: recorded, so that it needs no such git. */
class ReftableTest {
    private static final String RECORDED = "reftable-git-2.55.0";

    @TempDir
    Path directory;

    @Test
    void itIsFoundAndWhatMovedThereIsUnknown() throws Exception {
        Path git = Files.createDirectories(directory.resolve("r/.git"));
        Path recorded = Path.of(
                Objects.requireNonNull(ReftableTest.class.getResource(RECORDED)).toURI());
        try (Stream<Path> files = Files.walk(recorded)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = git.resolve(recorded.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        Files.createDirectory(git.resolve("objects"));
        ConcurrentLinkedQueue<CommandRecord> out = new ConcurrentLinkedQueue<>();
        Repositories repositories = Repositories.start(
                new Repositories.Settings(Duration.ofSeconds(2), List.of(), 16 << 20),
                new Counters(),
                directory,
                command -> out.add(command.record()),
                () -> 0);
        for (String command : List.of("commit", "reset", "fetch")) {
            repositories.accept(new FinishedCommand(
                    TrafficTest.record(
                            command,
                            1,
                            1,
                            command,
                            directory.resolve("r").toRealPath().toString()),
                    new byte[0]));
        }
        repositories.idle().get(10, TimeUnit.SECONDS);
        repositories.stop(Duration.ofSeconds(5));
        assertThat(out).hasSize(3).allSatisfy(record -> {
            assertThat(Objects.requireNonNull(record.repository()).id()).isNotNull();
            assertThat(record.refChanges()).isEmpty();
            assertThat(record.refConfidence()).as(record.command()).isEqualTo("unknown");
        });
    }
}
