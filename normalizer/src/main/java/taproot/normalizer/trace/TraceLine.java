package taproot.normalizer.trace;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One raw line, its values as texts; a structured one is its JSON. Nothing is fast about it: it is read when somebody looks.
 */
record TraceLine(Map<String, String> fields) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final double MICROS_PER_SECOND = 1e6;

    /** @throws IOException when it is not a JSON object */
    static TraceLine of(String line) throws IOException {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(line)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("expected a JSON object");
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                fields.put(name, json.nextToken().isScalarValue() ? json.getText() : structure(json));
            }
        }
        return new TraceLine(fields);
    }

    private static String structure(JsonParser json) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator copy = JSON.createGenerator(text)) {
            copy.copyCurrentStructure(json);
        }
        return text.toString();
    }

    /** Empty where there is none. */
    String text(String name) {
        return fields.getOrDefault(name, "");
    }

    /** Seconds, as trace2 writes them, in microseconds; null where there are none. */
    @Nullable
    Long micros(String name) {
        String seconds = fields.get(name);
        try {
            return seconds == null ? null : Math.round(Double.parseDouble(seconds) * MICROS_PER_SECOND);
        } catch (NumberFormatException e) {
            return null; // Something else, of another emitter.
        }
    }

    /** The wall clock's, in microseconds since 1970; null in git's brief mode. */
    @Nullable
    Long time() {
        try {
            return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(text("time")));
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
