package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.endtoend.Records.exited;
import static taproot.endtoend.Records.tree;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.DropReason;
import taproot.normalizer.Outcome;

/** Everybody else who speaks trace2 into the socket, each in his own way; and those who speak something else. */
class PeersTest {
    @RegisterExtension
    final GitLab lab = new GitLab();

    @Test
    void oneConnectionPerEventIsOneCommand() throws Exception {
        Events events = Events.command("git", "status");
        for (String line : events.lines()) {
            send(line);
        }
        CommandRecord record = lab.records().only();
        exited(record, 0);
        assertThat(record.command()).isEqualTo("status");
        assertThat(record.events()).isEqualTo(5);
        assertThat(record.durationUs()).isEqualTo(4_000);
    }

    @Test
    void oneConnectionPerEventOfATreeIsOneCommandInAnyOrder() throws Exception {
        Events parent = Events.ofGit().version().start("git", "commit").name("commit");
        Events child = Events.under(parent.sid)
                .version()
                .start("git", "gc")
                .name("gc")
                .exit(0)
                .atexit(0);
        parent.data("a", "b")
                .data("c", "d")
                .data("e", "f")
                .data("g", "h")
                .exit(0)
                .atexit(0);
        for (String line : child.lines().reversed()) {
            send(line);
        }
        for (String line : parent.lines()) {
            send(line);
        }
        CommandRecord record = lab.records().only();
        exited(record, 0);
        assertThat(tree(record)).isEqualTo("commit(gc)");
    }

    @Test
    void severalProcessesOnOneConnectionAreToldApart() throws Exception {
        Events one = Events.command("git", "status");
        Events other = Events.command("git", "commit");
        Events child = Events.under(one.sid)
                .version()
                .start("git", "rev-parse")
                .name("rev-parse")
                .atexit(0);
        StringBuilder mixed = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            mixed.append(one.lines().get(i)).append(other.lines().get(i));
            if (i < 4) {
                mixed.append(child.lines().get(i));
            }
        }
        send(mixed.toString());
        Records records = lab.records();
        assertThat(records.all()).hasSize(2);
        exited(records.only("commit"), 0);
        assertThat(tree(records.only("commit"))).isEqualTo("commit");
        assertThat(lab.count(Counter.EVENTS_APPLIED)).isEqualTo(14);
    }

    @Test
    void anEmitterOfAnotherShapeOwnsARecordAndIsTheSessionOfItsCommands() throws Exception {
        lab.given("git init -q r");
        String sid = "repo-20261120T050000Z-P00001234";
        lab.run("cd r && git status -s && git commit -q --allow-empty -m x", Map.of("GIT_TRACE2_PARENT_SID", sid));
        Events repo = Events.of(sid);
        for (String line : Events.of(sid)
                .version()
                .start("repo", "sync")
                .event("command", ",\"name\":\"sync\",\"subcommands\":[\"sync\"]")
                .event("data-json", ",\"key\":\"k\",\"value\":{\"a\":[1,{\"b\":2}]}")
                .exit(0)
                .lines()) {
            repo.raw(line.replace("Z\",\"file\"", "+00:00Z\",\"file\"").replace("\"main\"", "\"MainThread\""));
        }
        send(new String(repo.bytes(), StandardCharsets.UTF_8));
        Records records = lab.records();
        assertThat(records.all()).hasSize(3);
        assertThat(records.only("status").session()).isEqualTo(sid);
        assertThat(records.only("commit").session()).isEqualTo(sid);
        CommandRecord sync = records.all().getLast();
        exited(sync, 0);
        assertThat(sync.key()).isEqualTo(sid);
        assertThat(sync.argv()).containsExactly("repo", "sync");
        assertThat(sync.pid()).isNull();
        assertThat(lab.count(Counter.EVENTS_IGNORED)).isEqualTo(2);
    }

    @Test
    void aHostThatServesThousandsStaysOneCommandAndEachThatItServesIsOne() throws Exception {
        Events host = Events.ofGit().version().start("git", "daemon").name("_run_dashed_");
        Events program = Events.under(host.sid).version().start("/usr/lib/git-core/git-daemon");
        try (SocketChannel connection = lab.connect()) {
            connection.write(ByteBuffer.wrap(host.bytes()));
            connection.write(ByteBuffer.wrap(program.bytes()));
            for (int i = 0; i < 6_000; i++) {
                Events serve = Events.under(program.sid).version().start("/usr/lib/git-core/git-daemon", "--serve");
                Events served = Events.under(serve.sid)
                        .version()
                        .start("git", "upload-pack")
                        .name("upload-pack");
                send(served.exit(0).atexit(0));
                send(serve.exit(0).atexit(0));
            }
            assertThat(lab.records().of("upload-pack")).hasSize(6_000);
            assertThat(lab.status().dropped().get(DropReason.ROOT_FULL)).isZero();
            assertThat(lab.daemon().liveCommands()).isEqualTo(2);
        }
        CommandRecord record = lab.records().only();
        Records.lost(record);
        assertThat(record.processes()).hasSize(256);
        assertThat(record.dropped()).containsOnlyKeys("processes");
    }

    @Test
    void anErrorUnderAnyNameOfItsFormatIsAnError() throws Exception {
        Events manager = Events.ofGit().version().start("git-credential-manager", "get");
        manager.event("error", ",\"msg\":\"it did not work\",\"format\":\"it did not %s\"");
        send(manager.exit(1).atexit(1));
        CommandRecord record = lab.records().only();
        exited(record, 1);
        assertThat(record.errors()).containsExactly("it did not work");
    }

    @Test
    void whatIsNoEventCostsOnlyItself() throws Exception {
        Events events =
                Events.ofGit().version().raw("\n").raw("this is no JSON\n").start("git", "status");
        events.raw("{\"event\":\"data\"}\n")
                .raw("{\"sid\":\"x\"}\n")
                .raw("[]\n")
                .raw("\n\n");
        events.raw("{\"event\":\"exit\",\"sid\":\"" + events.sid + "\",\"code\":\"no number\"}\n");
        events.event("hover", ",\"new\":true").raw("\u0000\u0001\u0002\n");
        send(events.name("status").exit(0).atexit(0));
        CommandRecord record = lab.records().only();
        assertThat(record.outcome()).isEqualTo(Outcome.EXITED);
        assertThat(record.exitCode()).isZero();
        assertThat(record.truncated()).isTrue();
        assertThat(record.dropped()).containsOnly(Map.entry("malformed", 1L));
        assertThat(lab.status().dropped().get(DropReason.UNADDRESSED)).isPositive();
        assertThat(lab.count(Counter.EVENTS_IGNORED)).isEqualTo(1);
    }

    @Test
    void bytesThatComeOneByOneAreLinesAllTheSame() throws Exception {
        try (SocketChannel connection = lab.connect()) {
            for (byte b : Events.command("git", "status").bytes()) {
                connection.write(ByteBuffer.wrap(new byte[] {b}));
            }
        }
        exited(lab.records().only(), 0);
    }

    @Test
    void aByteAtATimeHoldsUpNobody() throws Exception {
        slowly(Events.command("git", "commit"), 40, Duration.ofMillis(20));
    }

    /** As from a peer on a terminal; no line comes to its end while others run their whole commands. */
    @Test
    @Tag("long")
    void aByteASecondHoldsUpNobody() throws Exception {
        slowly(Events.command("git", "commit"), 90, Duration.ofSeconds(1));
    }

    /** So many bytes come one by one with a pause between them, in the middle of a command; the rest at once. */
    private void slowly(Events slow, int bytes, Duration pause) throws Exception {
        byte[] all = slow.bytes();
        int first = all.length / 2;
        Duration longest = Duration.ZERO;
        try (SocketChannel connection = lab.connect();
                ScheduledExecutorService pulse = Executors.newSingleThreadScheduledExecutor()) {
            connection.write(ByteBuffer.wrap(all, 0, first));
            AtomicInteger sent = new AtomicInteger();
            var beats = pulse.scheduleAtFixedRate(
                    () -> {
                        try {
                            connection.write(ByteBuffer.wrap(all, first + sent.getAndIncrement(), 1));
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    },
                    0,
                    pause.toNanos(),
                    TimeUnit.NANOSECONDS);
            int others = 0;
            while (sent.get() < bytes) {
                long began = System.nanoTime();
                send(Events.command("git", "status"));
                assertThat(lab.records().of("status")).hasSize(1);
                Duration took = Duration.ofNanos(System.nanoTime() - began);
                longest = took.compareTo(longest) > 0 ? took : longest;
                others++;
            }
            beats.cancel(false);
            pulse.shutdown();
            assertThat(pulse.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            System.out.printf(
                    "%d bytes one by one, %d commands beside them, the longest %d ms%n",
                    sent.get(), others, longest.toMillis());
            assertThat(longest).isLessThan(Duration.ofSeconds(10));
            connection.write(ByteBuffer.wrap(all, first + sent.get(), all.length - first - sent.get()));
        }
        exited(lab.records().only("commit"), 0);
    }

    @Test
    void aLineWithoutAnEndThatIsWholeCounts() throws Exception {
        byte[] bytes = Events.command("git", "status").bytes();
        try (SocketChannel connection = lab.connect()) {
            connection.write(ByteBuffer.wrap(bytes, 0, bytes.length - 1));
        }
        exited(lab.records().only(), 0);
    }

    @Test
    void aTornLineCostsOnlyItself() throws Exception {
        Events events =
                Events.ofGit().version().start("git", "status").name("status").atexit(0);
        byte[] bytes = events.bytes();
        try (SocketChannel connection = lab.connect()) {
            connection.write(ByteBuffer.wrap(bytes, 0, bytes.length - 8));
        }
        CommandRecord record = lab.records().only();
        Records.lost(record);
        assertThat(record.command()).isEqualTo("status");
        assertThat(record.dropped()).containsOnly(Map.entry("torn", 1L));
    }

    @Test
    void aLineLongerThanALineMayBeCostsOnlyItself() throws Exception {
        Events events = Events.ofGit().version().start("git", "status");
        events.data("k", "x".repeat(5 << 20)).data("k", "y".repeat(1 << 20));
        send(events.name("status").exit(0).atexit(0));
        CommandRecord record = lab.records().only();
        assertThat(record.exitCode()).isZero();
        assertThat(record.dropped()).containsOnly(Map.entry("overlong", 1L));
        assertThat(lab.status().dropped().get(DropReason.OVERLONG)).isEqualTo(1);
    }

    @Test
    void linesWithoutAStartAreNoCommand() throws Exception {
        send(Events.ofGit().version().data("a", "b"));
        assertThat(lab.records().all()).isEmpty();
        assertThat(lab.count(Counter.PROCESSES_UNSTARTED)).isEqualTo(1);
    }

    @Test
    void anExitWithoutAnAtexitIsAnEndOnceTheConnectionsHaveClosed() throws Exception {
        send(Events.ofGit().version().start("git", "status").exit(3));
        CommandRecord record = lab.records().only();
        exited(record, 3);
    }

    @Test
    void aHookAnnotatesTheCommandThatRanIt() throws Exception {
        lab.given("git init -q r");
        lab.program(
                "say",
                "printf '{\"event\":\"data\",\"sid\":\"%s\",\"thread\":\"main\",\"category\":\"taproot\","
                        + "\"key\":\"ticket\",\"value\":\"T-1\"}\\n' \"$GIT_TRACE2_PARENT_SID\" | perl -MIO::Socket::UNIX -e"
                        + " 'my $s = IO::Socket::UNIX->new($ARGV[0]); print $s <STDIN>' "
                        + lab.places().traceSocket());
        lab.hook("r", "post-commit", "$LAB/say");
        lab.run("cd r && git commit -q --allow-empty -m x");
        CommandRecord commit = lab.records().only();
        exited(commit, 0);
        assertThat(commit.annotations()).containsOnly(Map.entry("ticket", "T-1"));
    }

    private void send(Events events) throws Exception {
        send(new String(events.bytes(), StandardCharsets.UTF_8));
    }

    private void send(String text) throws Exception {
        try (SocketChannel connection = lab.connect()) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                connection.write(bytes);
            }
        }
    }

    @Test
    void whoConnectsAndSaysNothingIsNobody() throws Exception {
        List<SocketChannel> silent = List.of(lab.connect(), lab.connect(), lab.connect());
        assertThat(lab.records().all()).isEmpty();
        GitLab.until(() -> lab.status().live().connections() == silent.size());
        assertThat(lab.status().live().roots()).isZero();
    }
}
