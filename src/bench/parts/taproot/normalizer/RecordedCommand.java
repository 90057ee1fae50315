package taproot.normalizer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A recorded command of one process, as its lines came and as what becomes of them. */
public final class RecordedCommand {
    private static final String SID = "\"sid\":\"";

    private final String text;
    private final String sid;

    private RecordedCommand(String text) {
        this.text = text;
        int from = text.indexOf(SID) + SID.length();
        sid = text.substring(from, text.indexOf('"', from));
    }

    /** The one that the benchmark was started with. */
    public static RecordedCommand read() {
        try {
            return new RecordedCommand(Files.readString(Path.of(System.getProperty("taproot.recording"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All its lines, each with its newline. */
    public byte[] bytes() {
        return text.getBytes(UTF_8);
    }

    /** The first line of this event, without its newline. */
    public byte[] line(String event) {
        return text.lines()
                .filter(line -> line.startsWith("{\"event\":\"" + event + "\""))
                .findFirst()
                .orElseThrow()
                .getBytes(UTF_8);
    }

    /** The same command, as somebody else's. */
    public RecordedCommand another(int n) {
        return new RecordedCommand(text.replace(sid, sid.substring(0, sid.length() - 8) + "%08x".formatted(n)));
    }

    /** What its lines become, with the decoder of an event loop. */
    public FinishedCommand finished(EventDecoder decoder) {
        byte[] bytes = bytes();
        return finished(bytes, ends(bytes), decoder);
    }

    /** Where each line ends. */
    static int[] ends(byte[] bytes) {
        return IntStream.range(0, bytes.length).filter(i -> bytes[i] == '\n').toArray();
    }

    static FinishedCommand finished(byte[] bytes, int[] ends, EventDecoder decoder) {
        LineReader reader = new LineReader(decoder);
        Normalizer normalizer = new Normalizer(Settings.DEFAULTS, TraceBudget.UNBOUNDED);
        List<Line> lines = new ArrayList<>();
        int size = 0;
        int from = 0;
        for (int end : ends) {
            if (reader.read(bytes, from, end) instanceof Line line) {
                lines.add(line);
                size += line.size();
            }
            from = end + 1;
        }
        normalizer.expect(size);
        for (Line line : lines) {
            normalizer.line(line, 1, 0);
        }
        normalizer.advance(0, 0);
        normalizer.closed(lines.getFirst().sid(), 1, 0);
        normalizer.advance(0, 0);
        return normalizer.takeFinished().getFirst();
    }

    /** With a backslash in it, so that the plain reader leaves it to Jackson. */
    static byte[] escaped(byte[] line) {
        String text = new String(line, US_ASCII);
        int end = text.length() - 1;
        return (text.substring(0, end) + ",\"unknown\":\"\\\\\"}").getBytes(US_ASCII);
    }
}
