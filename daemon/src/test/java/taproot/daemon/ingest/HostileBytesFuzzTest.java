package taproot.daemon.ingest;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.roots.LiveRoots;
import taproot.daemon.roots.ManualTime;
import taproot.daemon.roots.RootId;
import taproot.daemon.roots.Roots;
import taproot.normalizer.DropReason;
import taproot.normalizer.EventDecoder;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Line;
import taproot.normalizer.LineReader;
import taproot.normalizer.ReadLine;
import taproot.normalizer.RecordJson;
import taproot.normalizer.Redactor;
import taproot.normalizer.Settings;
import taproot.normalizer.Sid;
import taproot.normalizer.TraceBudget;

/**
 * Coverage-guided fuzzing of the way from bytes to stored records, without the socket. Every build replays the inputs kept
 * beside it in the resources; to look for new ones, one target at a time:
 *
 * <pre>JAZZER_FUZZ=1 JAZZER_MAX_DURATION=1h mvn -pl daemon -am test -Dtest.timeout=70m \
 *   -Dtest='HostileBytesFuzzTest#linesAreTheSameHoweverTheBytesAreCut' -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
class HostileBytesFuzzTest {
    private static final int LINE_LIMIT = 48;
    private static final String SECRET = "s3cr3tS3CR3T";
    private static final String SID = "20261120T050011.221335Z-H0a7c9cdf-P0000168a";

    /** As on an event loop, whose connections share one; a new one for each input took most of the time. */
    private static final EventDecoder DECODER = new EventDecoder();

    private static final long EPOCH = 1_795_150_811_000_000L;

    @FuzzTest(maxDuration = "10s")
    void linesAreTheSameHoweverTheBytesAreCut(FuzzedDataProvider data) {
        List<byte[]> chunks = new ArrayList<>();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (data.remainingBytes() > 0) {
            byte[] chunk = data.consumeBytes(data.consumeInt(0, 100));
            chunks.add(chunk);
            all.writeBytes(chunk);
        }
        List<String> expected = new ArrayList<>();
        // Of a text that ends in a newline nothing is left behind it; a line that is empty is none.
        for (String line : all.toString(ISO_8859_1).split("\n", -1)) {
            if (!line.isEmpty()) {
                expected.add(line.length() > LINE_LIMIT ? "skipped" : line);
            }
        }
        Balance balance = new Balance();
        Lines lines = new Lines();
        LineFramer framer = new LineFramer(LINE_LIMIT, balance);
        chunks.forEach(chunk -> {
            byte[] borrowed = chunk.clone();
            framer.feed(borrowed, 0, borrowed.length, lines);
            Arrays.fill(borrowed, (byte) '!');
        });
        framer.end(lines);
        assertThat(lines.seen).isEqualTo(expected);
        assertThat(balance.taken).isZero();
    }

    @FuzzTest(maxDuration = "10s")
    void strangeBytesCostNobodyHisCommandAndLeaveNothingBehind(byte[] strange) {
        Path path = new Path();
        String head = "\",\"sid\":\"" + SID + "\",\"time\":\"2026-11-20T05:00:11.300000Z\",";
        path.send(
                1,
                "{\"event\":\"version" + head + "\"evt\":\"3\",\"exe\":\"2.39.5\"}\n{\"event\":\"start" + head
                        + "\"t_abs\":0.001,\"argv\":[\"git\",\"clone\",\"https://u:" + SECRET + "@host/\"]}\n");
        path.send(1, strange);
        path.send(1, "\n{\"event\":\"atexit" + head + "\"t_abs\":0.5,\"code\":3}\n");
        path.send(2, strange);
        path.close(2);
        path.close(1);
        path.settle();
        for (FinishedCommand command : path.finished) {
            Redactor redactor = new Redactor(List.of());
            byte[] json = RecordJson.write(redactor.redact(command.record()));
            byte[] trace = redactor.redactTrace(command.trace());
            if (!path.knowsTheSecret) {
                assertThat(new String(json, UTF_8)).doesNotContain(SECRET);
                assertThat(new String(trace, ISO_8859_1)).doesNotContain(SECRET);
            }
        }
        if (!path.speaksForTheOther) {
            assertThat(path.finished)
                    .filteredOn(command -> command.record().key().equals(SID))
                    .singleElement()
                    .satisfies(command -> {
                        assertThat(command.record().argv()).startsWith("git", "clone");
                        assertThat(command.record().exitCode()).isEqualTo(3);
                        assertThat(command.record().durationUs()).isEqualTo(500_000);
                        assertThat(command.record().events()).isEqualTo(3);
                    });
        }
    }

    /** What a connection does with its bytes, for connections that are not there. */
    private static final class Path {
        final List<FinishedCommand> finished = new ArrayList<>();
        final Counters counters = new Counters();
        final ManualTime time = new ManualTime(EPOCH);
        final Roots roots =
                new Roots(Settings.DEFAULTS, 64, 1 << 20, time, counters, time, finished::add, Runnable::run);
        private final Connection[] connections = {connection(1), connection(2)};

        boolean speaksForTheOther;
        boolean knowsTheSecret;
        private int received;
        private int accounted;

        void send(long connection, String text) {
            feed(connection, text.getBytes(UTF_8));
        }

        void send(long connection, byte[] strange) {
            knowsTheSecret |= new String(strange, ISO_8859_1).contains(SECRET)
                    // By an escape any text can be spelled.
                    || new String(strange, ISO_8859_1).contains("\\u");
            speaksForTheOther |= new String(strange, ISO_8859_1).contains("\\u");
            feed(connection, strange);
        }

        private void feed(long connection, byte[] bytes) {
            byte[] borrowed = bytes.clone();
            Connection of = connections[(int) connection - 1];
            of.framer.feed(borrowed, 0, borrowed.length, of);
            Arrays.fill(borrowed, (byte) '!');
        }

        void close(long connection) {
            Connection of = connections[(int) connection - 1];
            of.framer.end(of);
            of.carried.forEach(sid -> roots.closed(sid, connection));
        }

        void settle() {
            time.pass(60_000_000);
            LiveRoots live = roots.live();
            assertThat(live.roots()).isZero();
            assertThat(live.openings()).isZero();
            assertThat(live.scratchBytes()).isZero();
            assertThat(live.alarms()).isZero();
            assertThat(accounted).isEqualTo(received);
            assertThat(counters.get(Counter.DEFECTS)).isZero();
        }

        private Connection connection(long id) {
            return new Connection(id);
        }

        private final class Connection implements LineFramer.Sink {
            final List<Sid> carried = new ArrayList<>();
            final LineFramer framer = new LineFramer(4096, roots.budget());
            private final LineReader reader = new LineReader(DECODER);
            private final long id;

            Connection(long id) {
                this.id = id;
            }

            @Override
            public void line(byte[] bytes, int from, int to) {
                received++;
                switch (reader.read(bytes, from, to)) {
                    case Line line -> {
                        // Its own four lines are the only ones that may.
                        speaksForTheOther |= line.sid().root().equals(SID) && !isOwn(bytes, from, to);
                        carried.add(line.sid());
                        List<DropReason> dropped = roots.lines(RootId.of(line.sid()), List.of(line), id);
                        assertThat(dropped).hasSizeLessThanOrEqualTo(1).doesNotContain(DropReason.DEFECT);
                        accounted++;
                    }
                    case ReadLine.Ignored _ -> accounted++;
                    case ReadLine.Dropped dropped -> {
                        if (dropped.sid() != null) {
                            roots.unreadable(dropped.sid(), dropped.reason());
                        }
                        accounted++;
                    }
                }
            }

            @Override
            public void skipped(DropReason reason, byte[] bytes, int from, int to) {
                received++;
                accounted++;
            }

            private boolean isOwn(byte[] bytes, int from, int to) {
                String line = new String(bytes, from, to - from, ISO_8859_1);
                return id == 1
                        && line.matches("\\{\"event\":\"(version|start|atexit)\",\"sid\":\"" + SID + "\".*")
                        && line.contains("2026-11-20T05:00:11.300000Z");
            }
        }
    }

    private static final class Lines implements LineFramer.Sink {
        final List<String> seen = new ArrayList<>();

        @Override
        public void line(byte[] bytes, int from, int to) {
            seen.add(new String(bytes, from, to - from, ISO_8859_1));
        }

        @Override
        public void skipped(DropReason reason, byte[] bytes, int from, int to) {
            assertThat(reason).isSameAs(DropReason.OVERLONG);
            seen.add("skipped");
        }
    }

    private static final class Balance implements TraceBudget {
        long taken;

        @Override
        public boolean take(int bytes, boolean readOnly) {
            taken += bytes;
            return true;
        }

        @Override
        public void giveBack(long bytes) {
            taken -= bytes;
        }
    }
}
