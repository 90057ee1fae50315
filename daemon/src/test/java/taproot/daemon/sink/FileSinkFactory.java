package taproot.daemon.sink;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import taproot.daemon.config.ConfigKey;
import taproot.daemon.config.ConfigType;

/**
 * The plainest sink there can be, for the tests of what runs sinks: a file with a line for each record. It keeps the
 * contract, recognizes a batch by its id and can be told to misbehave by files that lie beside it.
 */
public final class FileSinkFactory implements SinkFactory {
    private static final ConfigKey<Path> PATH =
            ConfigKey.required("path", ConfigType.text("a path", Path::of), "Where it writes.");

    /** How often a sink was opened, by path. */
    static final ConcurrentHashMap<Path, AtomicInteger> OPENED = new ConcurrentHashMap<>();

    /** How many deliveries there are at this moment, and the most there ever were at once. */
    static final AtomicInteger INSIDE = new AtomicInteger();

    static final AtomicInteger MOST_INSIDE = new AtomicInteger();

    @Override
    public String type() {
        return "file";
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return List.of(PATH);
    }

    @Override
    public int mostParts() {
        return 8;
    }

    @Override
    public Sink open(SinkSettings settings) throws SinkException {
        Path path = settings.get(PATH);
        if (Files.exists(beside(path, "down"))) {
            throw new SinkException("there is no way to " + path);
        }
        OPENED.computeIfAbsent(path, _ -> new AtomicInteger()).incrementAndGet();
        return new FileSink(path);
    }

    static Path beside(Path path, String what) {
        return path.resolveSibling(path.getFileName() + "." + what);
    }

    private record FileSink(Path path) implements Sink {
        private static final Object ONE_WRITER = new Object();

        @Override
        public Delivery deliver(Batch batch) throws InterruptedException {
            MOST_INSIDE.accumulateAndGet(INSIDE.incrementAndGet(), Math::max);
            try {
                sleep("slow");
                if (Files.exists(beside(path, "fails"))) {
                    return new Delivery.Failed("told to fail");
                }
                return write(batch);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                INSIDE.decrementAndGet();
            }
        }

        private Delivery write(Batch batch) throws IOException, InterruptedException {
            List<Delivery.Refusal> refusals = new ArrayList<>();
            Set<String> refused = lines("refuses");
            Set<String> stalled = lines("stalls");
            List<String> out = new ArrayList<>();
            for (SinkRecord record : batch.records()) {
                if (refused.contains(record.key())) {
                    refusals.add(new Delivery.Refusal(record.seq(), Delivery.Kind.REFUSED, "told to refuse it"));
                } else if (stalled.contains(record.key())) {
                    refusals.add(new Delivery.Refusal(record.seq(), Delivery.Kind.STALLED, "told to stall it"));
                } else {
                    out.add(batch.id().text() + " " + record.seq() + " " + record.key());
                }
            }
            synchronized (ONE_WRITER) { // Of all parts.
                if (!batch.uncertain() || !holds(batch.id().text())) {
                    Files.writeString(
                            path,
                            out.isEmpty() ? "" : String.join("\n", out) + "\n",
                            StandardCharsets.UTF_8,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.APPEND);
                }
            }
            if (Files.deleteIfExists(beside(path, "swallows"))) {
                return new Delivery.Unknown("told to swallow the answer");
            }
            if (Files.deleteIfExists(beside(path, "throws"))) {
                throw new IllegalStateException("told to throw");
            }
            if (Files.deleteIfExists(beside(path, "hangs"))) {
                TimeUnit.DAYS.sleep(1);
            }
            return Delivery.but(refusals);
        }

        private boolean holds(String id) throws IOException {
            return Files.exists(path) && Files.readString(path).contains(id + " ");
        }

        private void sleep(String file) throws IOException, InterruptedException {
            for (String millis : lines(file)) {
                Thread.sleep(Duration.ofMillis(Long.parseLong(millis)));
            }
        }

        private Set<String> lines(String what) throws IOException {
            try {
                return new HashSet<>(Files.readAllLines(beside(path, what)));
            } catch (NoSuchFileException e) {
                return Set.of();
            }
        }

        @Override
        public void close() {}
    }
}
