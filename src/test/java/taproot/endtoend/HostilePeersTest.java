package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.daemon.config.Places;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.DropReason;
import taproot.normalizer.Outcome;

/** Peers of the same user who mean harm, or have lost their mind: what they can cost, and whom. */
class HostilePeersTest {
    private static final String FAR_TOO_DEEP = "[".repeat(10_000) + "]".repeat(10_000);

    @RegisterExtension
    final GitLab lab = new GitLab();

    @Test
    void aGigabyteWithoutANewlineIsReadAsFastAsItComesAndIsOneLine() throws Exception {
        long began = System.nanoTime();
        ByteBuffer megabyte = ByteBuffer.allocateDirect(1 << 20);
        while (megabyte.hasRemaining()) {
            megabyte.put((byte) 'x');
        }
        try (SocketChannel peer = lab.connect()) {
            for (int i = 0; i < 1_024; i++) {
                write(peer, megabyte.rewind());
            }
        }
        GitLab.until(() -> lab.status().live().connections() == 0);
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        System.out.printf("1 GiB without a newline: %d ms%n", took.toMillis());
        assertThat(took).isLessThan(Duration.ofSeconds(30));
        assertThat(lab.count(Counter.BYTES_RECEIVED)).isEqualTo(1L << 30);
        assertThat(lab.count(Counter.EVENTS_RECEIVED)).isEqualTo(1);
        assertThat(lab.status().dropped().get(DropReason.OVERLONG)).isEqualTo(1);
    }

    @Test
    void linesThatNoGitWouldWriteCostOnlyThemselves() throws Exception {
        Events victim = Events.ofGit().version().start("git", "commit").name("commit");
        String head = "\",\"sid\":\"" + victim.sid + "\",\"thread\":\"main\",";
        // Lines of the victim's own, each of which is no event: what they say must not be taken for anything else.
        List<String> malformed = List.of(
                "{\"event\":\"start" + head + "\"argv\":" + FAR_TOO_DEEP + "}",
                "{\"event\":\"exit" + head + "\"t_abs\":1e999,\"code\":0}",
                "{\"event\":\"exit" + head + "\"t_abs\":0.1,\"code\":99999999999999999999999999}",
                "{\"event\":\"exit" + head + "\"t_abs\":0.1,\"code\":" + "9".repeat(100_000) + "}",
                "{\"event\":\"atexit" + head + "\"t_abs\":-1e300,\"code\":1.5}",
                "{\"event\":\"child_exit" + head + "\"child_id\":\"0\",\"pid\":{},\"code\":[],\"t_rel\":null}",
                "{\"event\":\"atexit" + head + "\"t_abs\":NaN,\"code\":0}",
                "{\"event\":\"exit" + head + "\"x\":" + FAR_TOO_DEEP + ",\"t_abs\":0.1,\"code\":0}");
        malformed.forEach(line -> victim.raw(line + "\n"));
        String longSid = "s".repeat(1 << 20);
        List<String> unaddressed = List.of(
                "{\"event\":\"start\",\"sid\":\"" + longSid + "\",\"argv\":[]}",
                "{\"sid\":\"" + longSid + "\",\"event\":\"start\",\"argv\":[]}",
                "{\"event\":\"start\",\"sid\":\"" + "a/".repeat(2_000) + "\",\"argv\":[]}",
                "{\"event\":\"start\",\"sid\":" + FAR_TOO_DEEP + "}",
                "{\"sid\":\"x\",\"event\":[\"start\"]}");
        unaddressed.forEach(line -> victim.raw(line + "\n"));
        send(victim.exit(0).atexit(0).bytes());
        CommandRecord record = lab.records().only();
        assertThat(record.outcome()).isEqualTo(Outcome.EXITED);
        assertThat(record.exitCode()).isZero();
        assertThat(record.truncated()).isTrue();
        assertThat(record.command()).isEqualTo("commit");
        assertThat(record.dropped()).containsExactly(Map.entry("malformed", (long) malformed.size()));
        assertThat(lab.status().dropped().get(DropReason.MALFORMED)).isEqualTo(malformed.size());
        assertThat(lab.status().dropped().get(DropReason.UNADDRESSED)).isEqualTo(unaddressed.size());
        assertThat(lab.count(Counter.DEFECTS)).isZero();
    }

    /**
     * Whose line it is the SID says and nothing else: descriptors are inherited, and hooks annotate the command they run
     * under. So whoever has the user's own rights can speak for a command of his that runs, as he could trace or kill it;
     * what has been finished he cannot change.
     */
    @Test
    void whoForgesTheSidOfARunningCommandIsBelievedAndOfAFinishedOneIsNot() throws Exception {
        Events running = Events.ofGit().version().start("git", "commit").name("commit");
        Events over = Events.command("git", "status");
        send(over.bytes());
        try (SocketChannel git = lab.connect()) {
            write(git, ByteBuffer.wrap(running.bytes()));
            assertThat(lab.records().only("status").exitCode()).isZero();
            send(line("atexit", over.sid, "\"t_abs\":9.9,\"code\":77"));
            send(line("atexit", running.sid, "\"t_abs\":0.5,\"code\":77"));
            CommandRecord forged = lab.records().only();
            assertThat(forged.exitCode()).isEqualTo(77);
            write(git, ByteBuffer.wrap(line("data", running.sid, "\"t_abs\":0.6,\"key\":\"k\",\"value\":\"v\"")));
        }
        // What git itself goes on to say is a life after the one that was ended for it: nothing of it is lost.
        assertThat(lab.records().only().key()).isEqualTo(running.sid + "#2");
        assertThat(lab.status().dropped().get(DropReason.LATE)).isPositive();
    }

    @Test
    void namesWithoutEndOnOneConnectionAndManyThatSayNothingFitIntoTheHeap() throws Exception {
        fitIntoTheHeap(1_000, 20_000);
    }

    @Test
    @Tag("long")
    void aMillionNamesOnOneConnectionAndTenThousandThatSayNothingFitIntoTheHeap() throws Exception {
        fitIntoTheHeap(10_000, 1_000_000);
    }

    private void fitIntoTheHeap(int connections, int names) throws Exception {
        Places places = new Places(lab.root().resolve("other-run"), lab.root().resolve("other-state"), null);
        List<SocketChannel> silent = new ArrayList<>();
        try (Program program = Program.run(places)) {
            long before = resident(program);
            for (int i = 0; i < connections; i++) {
                silent.add(connect(places));
            }
            program.barrier();
            long each = (resident(program) - before) / connections;
            System.out.printf("%d idle connections: %d bytes each%n", connections, each);
            long began = System.nanoTime();
            try (SocketChannel peer = connect(places)) {
                for (int i = 0; i < names; i += 1_000) {
                    write(peer, ByteBuffer.wrap(starts(i, 1_000)));
                }
                program.barrier();
            }
            System.out.printf(
                    "%d names on one connection: %d ms, %d MiB resident, %d records lost for want of room%n",
                    names,
                    Duration.ofNanos(System.nanoTime() - began).toMillis(),
                    resident(program) >> 20,
                    program.count(Counter.RECORDS_QUEUE_FULL));
            assertThat(resident(program)).isLessThan(420L << 20);
            program.barrier(); // The last of them are lost a second after their connection was closed.
            assertThat(program.count(Counter.RECORDS_FINISHED))
                    .isEqualTo(names)
                    .isEqualTo(program.count(Counter.RECORDS_COMMITTED) + program.count(Counter.RECORDS_QUEUE_FULL));
            GitLab.Ran ran =
                    lab.run("git version", Map.of("GIT_TRACE2_EVENT", "af_unix:stream:" + places.traceSocket()));
            assertThat(ran.exit()).isZero();
            assertThat(program.barrier()).isPositive();
            assertThat(program.said()).doesNotContain("OutOfMemory", "defect");
        } finally {
            for (SocketChannel connection : silent) {
                connection.close();
            }
        }
    }

    private static byte[] starts(int from, int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < from + count; i++) {
            lines.append(String.format(
                    Locale.ROOT,
                    "{\"event\":\"start\",\"sid\":\"20261120T050011.%06dZ-H0a7c9cdf-P%08x\",\"argv\":[\"git\"]}\n",
                    i,
                    i));
        }
        return lines.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] line(String event, String sid, String fields) {
        return ("{\"event\":\"" + event + "\",\"sid\":\"" + sid + "\",\"time\":\"2026-11-20T05:00:11.300000Z\","
                        + fields + "}\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static long resident(Program program) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(program.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }

    private static SocketChannel connect(Places places) throws IOException {
        SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX);
        connection.connect(UnixDomainSocketAddress.of(places.traceSocket()));
        return connection;
    }

    private void send(byte[] bytes) throws IOException {
        try (SocketChannel connection = lab.connect()) {
            write(connection, ByteBuffer.wrap(bytes));
        }
    }

    private static void write(SocketChannel connection, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }
}
