package taproot.daemon.ingest;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import taproot.normalizer.DropReason;
import taproot.normalizer.RecordedCommand;
import taproot.normalizer.TraceBudget;

/** Bytes in, lines out. */
@State(Scope.Thread)
public class FramerBenchmark implements LineFramer.Sink {
    private final byte[] stream = RecordedCommand.read().bytes();
    private final LineFramer framer = new LineFramer(1 << 20, TraceBudget.UNBOUNDED);
    private int lines;

    @Benchmark
    public int commandCutIntoLines() {
        framer.feed(stream, 0, stream.length, this);
        return lines;
    }

    @Override
    public void line(byte[] bytes, int from, int to) {
        lines++;
    }

    @Override
    public void skipped(DropReason reason, byte[] bytes, int from, int to) {
        throw new IllegalStateException("skipped a line: " + reason);
    }
}
