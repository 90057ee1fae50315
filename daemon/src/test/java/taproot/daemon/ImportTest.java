package taproot.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.config.Config;
import taproot.daemon.config.Places;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.StoredCommand;

class ImportTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void aSecondImportRecordsNothing() throws Exception {
        Path files = recorded("a", 100);
        Import.Imported first = imported(files);
        assertThat(first.recorded()).isEqualTo(100);
        assertThat(first.alreadyThere()).isZero();
        Import.Imported second = imported(files, recorded("b", 10));
        assertThat(second.recorded()).isEqualTo(10);
        assertThat(second.alreadyThere()).isEqualTo(100);
        assertThat(stored()).hasSize(110);
    }

    @Test
    void twoWritersOnOneLogLeaveNoGapInItsSequence() throws Exception {
        int writers = 3;
        int each = 2_000;
        imported(recorded("first", 1)); // Makes the database.
        List<Path> files = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            files.add(recorded("w" + writer, each));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(writers)) {
            List<Future<Import.Imported>> imports = new ArrayList<>();
            for (Path file : files) {
                imports.add(threads.submit(() -> imported(file)));
            }
            for (Future<Import.Imported> done : imports) {
                assertThat(done.get().recorded()).isEqualTo(each);
            }
        }
        assertThat(stored().stream().map(StoredCommand::seq))
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 1 + (long) writers * each)
                        .boxed()
                        .toList());
    }

    @Test
    void theSameFilesImportedTwiceAtOnceAreRecordedOnce() throws Exception {
        Path files = recorded("a", 2_000);
        imported(recorded("first", 1));
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<Import.Imported> one = threads.submit(() -> imported(files));
            Future<Import.Imported> other = threads.submit(() -> imported(files));
            assertThat(one.get().recorded() + other.get().recorded()).isEqualTo(2_000);
        }
        assertThat(stored().getLast().seq()).isEqualTo(2_001);
    }

    @Test
    void aLogThatCannotBeOpenedIsAnErrorAndNotASilence() throws Exception {
        Path files = recorded("a", 1);
        Files.createDirectories(directory.resolve("state"));
        Files.writeString(directory.resolve("state/not-a-directory"), "");
        Places places = new Places(directory.resolve("run"), directory.resolve("state/not-a-directory"), null);
        assertThatThrownBy(() -> Import.run(Config.defaults(), places, List.of(files), (_, _) -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not-a-directory");
    }

    private Import.Imported imported(Path... paths) throws Exception {
        return Import.run(Config.defaults(), places(), List.of(paths), (_, _) -> {});
    }

    private Places places() throws Exception {
        return Places.of(
                directory.resolve("run"), directory.resolve("state"), null, Map.of("HOME", directory.toString()));
    }

    private List<StoredCommand> stored() throws Exception {
        List<StoredCommand> all = new ArrayList<>();
        try (LogReader log = LogReader.open(directory.resolve("state"))) {
            log.query(CommandQuery.where().after(0, 0), all::add);
        }
        return all;
    }

    /** One file in which so many commands were recorded. */
    private Path recorded(String name, int commands) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < commands; n++) {
            String head = String.format(
                    Locale.ROOT,
                    "\",\"sid\":\"20261120T050000.%06dZ-H%08x-P%08x\",\"time\":\"2026-11-20T05:00:%02d.%03d000Z\",",
                    n,
                    name.hashCode(),
                    n + 1,
                    n / 1_000,
                    n % 1_000);
            text.append("{\"event\":\"start").append(head).append("\"t_abs\":0.0,\"argv\":[\"git\",\"commit\"]}\n");
            text.append("{\"event\":\"atexit").append(head).append("\"t_abs\":0.001,\"code\":0}\n");
        }
        return Files.write(directory.resolve(name), text.toString().getBytes(UTF_8));
    }
}
