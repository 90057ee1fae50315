package taproot.daemon.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.EventDecoder;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.RecordJson;
import taproot.normalizer.RecordedCommand;

/** Finished commands in, rows out. */
public class LogBenchmark {
    private static final int GROUP = 512;

    /** A trace, compressed as the log does it. */
    @State(Scope.Thread)
    public static class Compression {
        private final byte[] trace =
                RecordedCommand.read().finished(new EventDecoder()).trace();
        private final Traces traces = new Traces(Path.of(System.getProperty("java.io.tmpdir")));

        @Benchmark
        public Object traceCompressed() {
            return traces.compress(trace);
        }
    }

    /** A log on the disk of the temporary directory. */
    @State(Scope.Thread)
    public static class Log {
        private final RecordedCommand command = RecordedCommand.read();
        private final EventDecoder decoder = new EventDecoder();
        private final List<FinishedCommand> group = new ArrayList<>();
        private Path directory;
        private CommandLog log;
        private int made;

        @Setup
        public void open() throws Exception {
            directory = Files.createTempDirectory("taproot-log");
            log = CommandLog.open(
                    directory,
                    LogSettings.DEFAULTS,
                    finished -> new RecordCodec.Encoded(
                            finished.record(), RecordJson.write(finished.record()), new byte[0]),
                    new Counters());
            log.opened().toCompletableFuture().join();
        }

        @Setup(Level.Invocation)
        public void makeAnotherGroup() {
            group.clear();
            for (int i = 0; i < GROUP; i++) {
                group.add(command.another(++made).finished(decoder));
            }
        }

        /**
         * From being appended to being committed, in groups of {@value #GROUP}; without traces. What is allocated includes
         * the making of the commands.
         */
        @Benchmark
        @OperationsPerInvocation(GROUP)
        public Object recordAppended() {
            group.forEach(log::append);
            return log.committed().toCompletableFuture().join();
        }

        @TearDown
        public void close() throws IOException, InterruptedException {
            log.close(Duration.ofSeconds(5));
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
