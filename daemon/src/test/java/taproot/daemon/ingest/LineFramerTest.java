package taproot.daemon.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import taproot.normalizer.DropReason;
import taproot.normalizer.TraceBudget;

class LineFramerTest {
    private final List<String> lines = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final LineFramer.Sink sink = new LineFramer.Sink() {
        @Override
        public void line(byte[] bytes, int from, int to) {
            lines.add(new String(bytes, from, to - from, UTF_8));
        }

        @Override
        public void skipped(DropReason reason, byte[] bytes, int from, int to) {
            skipped.add(reason.wire() + ":" + new String(bytes, from, to - from, UTF_8));
        }
    };

    @Test
    void gluedLinesComeApart() {
        feed(framer(100), "one\ntwo\nthree\n");
        assertThat(lines).containsExactly("one", "two", "three");
    }

    @Test
    void aTornLineComesTogether() {
        LineFramer framer = framer(100);
        feed(framer, "on");
        feed(framer, "");
        feed(framer, "e\ntw");
        feed(framer, "o");
        feed(framer, "\n");
        assertThat(lines).containsExactly("one", "two");
    }

    @Test
    void emptyLinesAreNoLines() {
        feed(framer(100), "\n\none\n\n");
        assertThat(lines).containsExactly("one");
    }

    @Test
    void theEndOfTheConnectionEndsTheLine() {
        LineFramer framer = framer(100);
        feed(framer, "one\ntw");
        framer.end(sink);
        assertThat(lines).containsExactly("one", "tw");
    }

    @Test
    void aLineAsLongAsTheLimitIsKeptAndOneByteMoreCostsOnlyThatLine() {
        LineFramer framer = framer(8);
        for (String chunk : "12345678\n123456789\nafter\n".split("")) {
            feed(framer, chunk);
        }
        assertThat(lines).containsExactly("12345678", "after");
        assertThat(skipped).hasSize(1).first().asString().startsWith("overlong:12345678");
    }

    @Test
    void withoutMemoryOnlyUnfinishedLinesAreLost() {
        LineFramer framer = new LineFramer(1_000_000, budgetOf(1024));
        feed(framer, "x".repeat(2000));
        feed(framer, "x\nwhole\n");
        assertThat(lines).containsExactly("whole");
        assertThat(skipped).hasSize(1).first().asString().startsWith("no_memory:x");
    }

    @Test
    void whatAnUnfinishedLineTookIsGivenBack() {
        CountingBudget budget = budgetOf(1 << 20);
        LineFramer framer = new LineFramer(4096, budget);
        feed(framer, "y".repeat(3000));
        assertThat(budget.taken).isEqualTo(3000);
        feed(framer, "\n");
        feed(framer, "z".repeat(5000) + "\nrest");
        framer.end(sink);
        assertThat(budget.taken).isZero();
    }

    @Test
    void howTheBytesAreCutChangesNothing() {
        Random random = new Random(7);
        for (int round = 0; round < 500; round++) {
            lines.clear();
            StringBuilder text = new StringBuilder();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                String line = "l" + "x".repeat(random.nextInt(2000));
                expected.add(line);
                text.append(line).append('\n');
            }
            LineFramer framer = framer(4096);
            byte[] bytes = text.toString().getBytes(UTF_8);
            for (int at = 0; at < bytes.length; ) {
                int n = Math.min(bytes.length - at, 1 + random.nextInt(1500));
                byte[] chunk = new byte[n + 3];
                System.arraycopy(bytes, at, chunk, 3, n);
                framer.feed(chunk, 3, 3 + n, sink);
                at += n;
            }
            assertThat(lines).isEqualTo(expected);
        }
    }

    private LineFramer framer(int limit) {
        return new LineFramer(limit, TraceBudget.UNBOUNDED);
    }

    private void feed(LineFramer framer, String chunk) {
        byte[] bytes = chunk.getBytes(UTF_8);
        framer.feed(bytes, 0, bytes.length, sink);
    }

    private static CountingBudget budgetOf(long limit) {
        return new CountingBudget(limit);
    }

    private static final class CountingBudget implements TraceBudget {
        private final long limit;
        private long taken;

        private CountingBudget(long limit) {
            this.limit = limit;
        }

        @Override
        public boolean take(int bytes, boolean readOnly) {
            if (taken + bytes > limit) {
                return false;
            }
            taken += bytes;
            return true;
        }

        @Override
        public void giveBack(long bytes) {
            taken -= bytes;
        }
    }
}
