package taproot.normalizer;

import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Lines in, commands out, JSON out. */
@State(Scope.Thread)
public class NormalizerBenchmark {
    private final RecordedCommand command = RecordedCommand.read();
    private final EventDecoder decoder = new EventDecoder();
    private final LineReader reader = new LineReader(decoder);
    private final byte[] region = command.line("region_enter");
    private final byte[] start = command.line("start");
    private final byte[] escaped = RecordedCommand.escaped(start);
    private final byte[] stream = command.bytes();
    private final int[] ends = RecordedCommand.ends(stream);
    private final FinishedCommand finished = command.finished(decoder);
    private final Redactor redactor = new Redactor(List.of());

    /** A line that is kept and not decoded: event and SID are found. */
    @Benchmark
    public Object lineKept() {
        return reader.read(region, 0, region.length);
    }

    @Benchmark
    public Object lineDecodedPlain() {
        return reader.read(start, 0, start.length);
    }

    @Benchmark
    public Object lineDecodedByJackson() {
        return reader.read(escaped, 0, escaped.length);
    }

    /** Reading included. */
    @Benchmark
    public Object commandNormalized() {
        return RecordedCommand.finished(stream, ends, decoder);
    }

    @Benchmark
    public Object recordEncoded() {
        return RecordJson.write(redactor.redact(finished.record()));
    }

    @Benchmark
    public Object traceRedacted() {
        return redactor.redactTrace(finished.trace());
    }
}
