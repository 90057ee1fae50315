import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From a command's last byte until its record is committed, as another reader of the database sees it, and until a
 * subscriber of the stream has it. The reader looks four times a millisecond, and is that much late itself.
 */
final class Freshness implements Bench.Part {
    private static final int[] RATES = {1, 100, 1000};
    private static final Pattern SID = Pattern.compile("\"sid\":\"([^\"]+)\"");
    private static final Pattern KEY = Pattern.compile("\"key\":\"([^\"]+)\"");
    private static final long LOOK_NANOS = 250_000;

    private final Map<String, Long> sent = new ConcurrentHashMap<>();
    private final Map<String, Long> committed = new ConcurrentHashMap<>();
    private final Map<String, Long> streamed = new ConcurrentHashMap<>();
    private volatile boolean over;

    @Override
    public String about() {
        return "from a command's last byte to its commit, and to a subscriber of the stream";
    }

    @Override
    public void measure(Lab lab, Bench.Options options) throws Exception {
        Path runtime = lab.directory("run");
        Path state = runtime.resolve("state");
        Lab.Listener taproot = lab.startTaproot(runtime, state);
        WholePath.warmUp(lab, taproot, options);
        String recording = Files.readString(lab.recording("status.jsonl"));
        Report.title("freshness, ms from a command's last byte          p50      p99      max");
        try (Connection database = DriverManager.getConnection("jdbc:sqlite:" + state.resolve("log.db"));
                SocketChannel subscription = subscribe(taproot)) {
            Thread reader = Thread.ofPlatform().daemon().start(() -> readDatabase(database));
            Thread.ofPlatform().daemon().start(() -> readStream(subscription));
            for (int rate : RATES) {
                send(taproot, recording, rate, Math.clamp(rate * 5L, 10, 5000));
                taproot.barrier();
                Thread.sleep(100);
                print(rate + " commands/s → committed", committed);
                print(rate + " commands/s → subscriber", streamed);
                sent.clear();
                committed.clear();
                streamed.clear();
            }
            over = true;
            reader.join();
        }
        lab.stop(taproot);
    }

    private void print(String what, Map<String, Long> seen) {
        List<Double> millis = new ArrayList<>();
        sent.forEach((key, at) -> {
            Long then = seen.get(key);
            if (then != null) {
                millis.add((then - at) / 1e6);
            }
        });
        Report.row(
                "%-46s %8.2f %8.2f %8.2f   (%d of %d)",
                what,
                Report.quantile(millis, 0.5),
                Report.quantile(millis, 0.99),
                Report.quantile(millis, 1),
                millis.size(),
                sent.size());
    }

    /** Each command over a connection of its own, each line in a write of its own, as git does it. */
    private void send(Lab.Listener taproot, String recording, int rate, long commands) throws IOException {
        Matcher matcher = SID.matcher(recording);
        if (!matcher.find()) {
            throw new IllegalStateException("a recording without a SID");
        }
        String recorded = matcher.group(1);
        List<String> lines = recording.lines().toList();
        long began = System.nanoTime();
        for (int i = 0; i < commands; i++) {
            LockSupport.parkNanos(began + i * 1_000_000_000L / rate - System.nanoTime());
            // The rate is its host: what another rate has sent is over, and would be late if it came again.
            String sid = "20261120T120000.%06dZ-H%08x-P%08x".formatted(i, rate, i + 2);
            try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.connect(UnixDomainSocketAddress.of(taproot.socket()));
                for (String line : lines) {
                    channel.write(ByteBuffer.wrap((line.replace(recorded, sid) + "\n").getBytes(UTF_8)));
                }
                sent.put(sid, System.nanoTime());
            }
        }
    }

    private void readDatabase(Connection database) {
        try (PreparedStatement newer =
                database.prepareStatement("SELECT seq, key FROM commands WHERE seq > ? ORDER BY seq")) {
            long last;
            try (ResultSet head = database.createStatement().executeQuery("SELECT max(seq) FROM commands")) {
                last = head.getLong(1);
            }
            while (!over) {
                newer.setLong(1, last);
                try (ResultSet rows = newer.executeQuery()) {
                    long now = System.nanoTime();
                    while (rows.next()) {
                        last = rows.getLong(1);
                        committed.put(rows.getString(2), now);
                    }
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException("the log cannot be read beside the daemon", e);
        }
    }

    private static SocketChannel subscribe(Lab.Listener taproot) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(taproot.runtime().resolve("control.sock")));
        channel.write(ByteBuffer.wrap("GET /v1/stream HTTP/1.1\r\nHost: taproot\r\n\r\n".getBytes(UTF_8)));
        ByteBuffer answer = ByteBuffer.allocate("HTTP/1.1 200".length());
        while (answer.hasRemaining() && channel.read(answer) >= 0) {}
        String status = new String(answer.array(), UTF_8);
        if (!status.equals("HTTP/1.1 200")) {
            channel.close();
            throw new IllegalStateException("expected a stream of GET /v1/stream, got " + status);
        }
        return channel;
    }

    private void readStream(SocketChannel subscription) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Channels.newInputStream(subscription), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher key = KEY.matcher(line);
                if (line.startsWith("data:") && key.find()) {
                    streamed.put(key.group(1), System.nanoTime());
                }
            }
        } catch (ClosedChannelException ended) {
            // As it was to be.
        } catch (IOException e) {
            System.err.println("taproot bench: the stream broke off: " + e);
        }
    }
}
