package taproot.endtoend;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Says recorded streams again, to a live socket: one connection for each, one write for each line. */
final class Playback {
    private final UnixDomainSocketAddress socket;
    private final AtomicLong lines = new AtomicLong();

    Playback(Path socket) {
        this.socket = UnixDomainSocketAddress.of(socket);
    }

    /** How many lines were written. */
    long lines() {
        return lines.get();
    }

    /** Roots in a random order, from so many threads; the streams of one root together, but in any order and interleaving. */
    void shuffled(RecordedStreams streams, int threads, long seed) throws Exception {
        List<List<Path>> roots = streams.roots();
        Collections.shuffle(roots, new Random(seed));
        Queue<List<Path>> queue = new ConcurrentLinkedQueue<>(roots);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> workers = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Random random = new Random(seed + i);
                workers.add(pool.submit(() -> {
                    for (List<Path> root = queue.poll(); root != null; root = queue.poll()) {
                        interleaved(root, random);
                    }
                    return null;
                }));
            }
            for (Future<?> worker : workers) {
                worker.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a stream could not be said", e);
        }
    }

    /** At random as many at once as there are, or only a few, or one after the other. */
    private void interleaved(List<Path> files, Random random) throws IOException {
        List<Path> waiting = new ArrayList<>(files);
        Collections.shuffle(waiting, random);
        int atOnce = 1 + random.nextInt(waiting.size());
        List<Speaker> speaking = new ArrayList<>();
        while (!waiting.isEmpty() || !speaking.isEmpty()) {
            while (speaking.size() < atOnce && !waiting.isEmpty()) {
                speaking.add(new Speaker(waiting.removeLast()));
            }
            Speaker speaker = speaking.get(random.nextInt(speaking.size()));
            if (!speaker.say()) {
                speaking.remove(speaker);
            }
        }
    }

    /** Everything in the order of the times at which it was written, folder after folder. */
    void inTimeOrder(RecordedStreams streams) throws IOException {
        for (List<Path> folder : streams.folders().values()) {
            Speaker[] speakers = new Speaker[folder.size()];
            for (RecordedStreams.Line line : RecordedStreams.inTimeOrder(folder)) {
                if (speakers[line.file()] == null) {
                    speakers[line.file()] = new Speaker(folder.get(line.file()));
                }
                speakers[line.file()].say();
            }
        }
    }

    /** One connection; opened with its first line, closed after its last. */
    private final class Speaker {
        private final SocketChannel connection;
        private final List<byte[]> left;
        private int next;

        Speaker(Path file) throws IOException {
            left = RecordedStreams.lines(file);
            connection = SocketChannel.open(StandardProtocolFamily.UNIX);
            connection.connect(socket);
        }

        /** False when that was the last. */
        boolean say() throws IOException {
            ByteBuffer line = ByteBuffer.wrap(left.get(next++));
            while (line.hasRemaining()) {
                connection.write(line);
            }
            lines.incrementAndGet();
            if (next < left.size()) {
                return true;
            }
            connection.close();
            return false;
        }
    }
}
