package taproot.normalizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a {@link CommandRecord}, DESIGN §5: one object, its fields in the order of that page. Writing makes
 * nothing but the bytes; what was written reads back equal, and fields of newer versions are skipped.
 */
public final class RecordJson {
    private static final byte[] HEAD = "{\"v\":1,".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SEQ = "\"seq\":".getBytes(StandardCharsets.US_ASCII);

    static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // Half a character, which Java strings may hold, is still written as an escape.
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            // A record is as long as its argv, and argv as long as ARG_MAX allows.
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private RecordJson() {}

    /** The record without a {@code seq}: as it is before the log has given it one. */
    public static byte[] write(CommandRecord command) {
        try (ByteArrayBuilder buffer = new ByteArrayBuilder(FACTORY._getBufferRecycler());
                JsonGenerator generator = FACTORY.createGenerator(buffer)) {
            new RecordWriter(generator).record(command);
            generator.flush();
            return buffer.getClearAndRelease();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot happen: memory does not fail to be written", e);
        }
    }

    /** Writes the record, with its {@code seq} where there is one, and leaves the stream open. */
    public static void write(OutputStream out, @Nullable Long seq, CommandRecord command) throws IOException {
        byte[] json = write(command);
        out.write(HEAD);
        if (seq != null) {
            out.write(SEQ);
            out.write(Long.toString(seq).getBytes(StandardCharsets.US_ASCII));
            out.write(',');
        }
        out.write(json, HEAD.length, json.length - HEAD.length);
    }

    /**
     * What {@link #write(CommandRecord)} made, with a {@code seq} put in: a splice, nothing is parsed.
     *
     * @throws IllegalArgumentException when the JSON is not such a record, or has a {@code seq}
     */
    public static String withSeq(byte[] json, long seq) {
        if (!startsWith(json, 0, HEAD) || startsWith(json, HEAD.length, SEQ)) {
            String found = new String(json, 0, Math.min(json.length, 40), StandardCharsets.UTF_8);
            throw new IllegalArgumentException(
                    "expected a record that begins with {\"v\":1, and has no seq, got " + found);
        }
        return "{\"v\":1,\"seq\":" + seq + ","
                + new String(json, HEAD.length, json.length - HEAD.length, StandardCharsets.UTF_8);
    }

    /**
     * Reads a record back.
     *
     * @throws IOException when it is not JSON, not a record, or of another version; says where
     */
    public static StoredRecord read(byte[] json) throws IOException {
        try (JsonParser parser = FACTORY.createParser(json)) {
            return RecordReader.read(parser);
        }
    }

    private static boolean startsWith(byte[] json, int from, byte[] prefix) {
        int to = from + prefix.length;
        return json.length >= to && Arrays.equals(json, from, to, prefix, 0, prefix.length);
    }
}
