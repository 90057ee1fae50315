package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.TraceExtent;

/** N5: peers that end badly, by the thousand, leave heap, live counts, descriptors and scratch as they were. */
class LeaksTest {
    private static final int SOME = 4_000;
    private static final int MANY = 100_000;
    private static final long NOISE = 2 << 20;

    /** Few tombstones, so that a heap without them is not far from one with all of them. */
    @RegisterExtension
    final GitLab lab = new GitLab("roots.completed_guard=1024", "roots.lost_after=200ms");

    /** What a peer says on each of its connections. */
    enum Peer {
        ABANDONS_IN_MID_LINE {
            @Override
            List<Events> connections() {
                return List.of(
                        Events.ofGit().version().start("git", "status").raw("{\"event\":\"data\",\"sid\":\"2026"));
            }
        },
        IS_KILLED {
            @Override
            List<Events> connections() {
                return List.of(Events.ofGit()
                        .version()
                        .start("git", "commit")
                        .name("commit")
                        .event("child_start", ",\"child_id\":0,\"child_class\":\"hook\",\"argv\":[\"x\"]"));
            }
        },
        COMES_LATE {
            @Override
            List<Events> connections() {
                Events command = Events.command("git", "status");
                return List.of(command, Events.of(command.sid).data("too", "late"));
            }
        },
        COMES_LATE_TO_A_KILLED_ONE_THAT_HAS_CHILDREN {
            @Override
            List<Events> connections() {
                Events owner = Events.ofGit().version().start("git", "rebase");
                Events child = Events.under(owner.sid).version().start("git", "commit");
                return List.of(
                        owner,
                        child,
                        Events.of(owner.sid).atexit(0),
                        Events.of(child.sid).exit(0));
            }
        },
        SAYS_NOTHING {
            @Override
            List<Events> connections() {
                return List.of(Events.ofGit());
            }
        },
        HAS_NO_SID {
            @Override
            List<Events> connections() {
                return List.of(Events.ofGit().raw("{\"event\":\"start\",\"argv\":[\"git\"]}\n{\"event\":\"exit\"}\n"));
            }
        },
        SAYS_ONLY_ITS_REPOSITORY {
            @Override
            List<Events> connections() {
                return List.of(Events.ofGit().event("def_repo", ",\"repo\":1,\"worktree\":\"/w\""));
            }
        },
        SAYS_ONLY_ITS_NAME {
            @Override
            List<Events> connections() {
                return List.of(Events.ofGit().name("status"));
            }
        };

        abstract List<Events> connections();
    }

    /** What there is of everything that could leak. */
    private record Held(long heap, long descriptors) {}

    @ParameterizedTest
    @EnumSource
    void somePeersLeaveNothingBehind(Peer peer) throws Exception {
        nothingIsLeft(peer, SOME);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void aHundredThousandPeersLeaveNothingBehind(Peer peer) throws Exception {
        nothingIsLeft(peer, MANY);
    }

    private void nothingIsLeft(Peer peer, int times) throws Exception {
        send(peer, SOME); // Until every table and cache has the size that it will keep.
        Held before = held();
        send(peer, times);
        GitLab.until(() -> held().heap() - before.heap() < NOISE);
        assertThat(held().descriptors()).isEqualTo(before.descriptors());
        System.out.printf("%s, %d times: heap %+d KiB%n", peer, times, (held().heap() - before.heap()) >> 10);
    }

    private void send(Peer peer, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            for (Events said : peer.connections()) {
                try (SocketChannel connection = connect()) {
                    write(connection, said.bytes());
                }
            }
        }
        lab.daemon().barrier().toCompletableFuture().get(2, TimeUnit.MINUTES);
        GitLab.until(
                () -> lab.status().live().roots() == 0 && lab.status().live().connections() == 0);
        GitLab.until(() -> lab.status().log().queuedRecords() == 0);
        assertThat(lab.status().live().scratchBytes()).isZero();
    }

    @Test
    void aDayOfOneFsmonitorStaysWithinItsBudget() throws Exception {
        fsmonitor(1);
    }

    @Test
    @Tag("long")
    void aWeekOfOneFsmonitorStaysWithinItsBudget() throws Exception {
        fsmonitor(7);
    }

    /** An event a second, by the times that it says. */
    private void fsmonitor(int days) throws Exception {
        Instant began = Instant.parse("2026-11-20T00:00:00Z");
        int seconds = days * 86_400;
        Events daemon = Events.ofGit()
                .version()
                .start("git", "fsmonitor--daemon", "run")
                .name("fsmonitor--daemon");
        try (SocketChannel connection = connect()) {
            write(connection, daemon.bytes());
            Held before = held();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int second = 1; second <= seconds; second++) {
                bytes.writeBytes(line(daemon.sid, began.plus(second, ChronoUnit.SECONDS), second));
                if (second % 500 == 0 || second == seconds) {
                    write(connection, bytes.toByteArray());
                    bytes.reset();
                }
            }
            lab.daemon().barrier().toCompletableFuture().get(2, TimeUnit.MINUTES);
            assertThat(lab.count(Counter.EVENTS_RECEIVED)).isEqualTo(seconds + 3L);
            assertThat(lab.status().live().roots()).isEqualTo(1);
            assertThat(lab.daemon().liveCommands()).isEqualTo(1);
            assertThat(lab.status().live().scratchBytes()).isBetween(1L, 4L << 20);
            GitLab.until(() -> held().heap() - before.heap() < (8 << 20));
            System.out.printf(
                    "%d days: heap %+d KiB, scratch %d KiB%n",
                    days,
                    (held().heap() - before.heap()) >> 10,
                    lab.status().live().scratchBytes() >> 10);
            write(connection, daemon.lines().getFirst().getBytes(StandardCharsets.UTF_8));
            write(
                    connection,
                    line(daemon.sid, began.plus(seconds, ChronoUnit.SECONDS), "atexit", seconds, ",\"code\":0"));
        }
        CommandRecord record = lab.records().only();
        assertThat(record.durationUs()).isEqualTo(seconds * 1_000_000L);
        assertThat(record.events()).isEqualTo(seconds + 5L);
        assertThat(record.trace()).isEqualTo(TraceExtent.PARTIAL);
        assertThat(record.truncated()).isTrue();
        assertThat(record.errors()).hasSizeLessThanOrEqualTo(16);
        assertThat(record.children()).hasSizeLessThanOrEqualTo(256);
    }

    private static byte[] line(String sid, Instant time, int second) {
        return switch (second % 60) {
            case 0 ->
                line(
                        sid,
                        time,
                        "child_start",
                        second,
                        ",\"child_id\":" + second + ",\"child_class\":\"?\",\"argv\":[\"hook\"]");
            case 1 ->
                line(
                        sid,
                        time,
                        "child_exit",
                        second,
                        ",\"child_id\":" + (second - 1) + ",\"pid\":77,\"code\":0,\"t_rel\":0.1");
            case 2 ->
                line(
                        sid,
                        time,
                        "error",
                        second,
                        ",\"msg\":\"cannot watch x" + second + "\",\"fmt\":\"cannot watch %s\"");
            case 3 -> line(sid, time, "def_param", second, ",\"param\":\"p" + second + "\",\"value\":\"v\"");
            default -> line(sid, time, "data", second, ",\"category\":\"fsmonitor\",\"key\":\"path\",\"value\":\"x\"");
        };
    }

    private static byte[] line(String sid, Instant time, String event, int second, String fields) {
        return String.format(
                        Locale.ROOT,
                        "{\"event\":\"%s\",\"sid\":\"%s\",\"thread\":\"main\",\"time\":\"%s\",\"t_abs\":%d.0%s}%n",
                        event,
                        sid,
                        time.toString().replace("Z", ".000000Z"),
                        second,
                        fields)
                .getBytes(StandardCharsets.UTF_8);
    }

    private SocketChannel connect() throws IOException {
        SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX);
        connection.connect(UnixDomainSocketAddress.of(lab.places().traceSocket()));
        return connection;
    }

    private static void write(SocketChannel connection, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            connection.write(buffer);
        }
    }

    private static Held held() throws IOException {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return new Held(runtime.totalMemory() - runtime.freeMemory(), descriptors.count());
        }
    }
}
