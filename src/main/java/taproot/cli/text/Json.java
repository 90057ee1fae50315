package taproot.cli.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object, read without a schema: whoever wrote it may be older or newer than whoever reads it, so what is missing is 0
 * or empty, and what is unknown is left alone.
 */
public record Json(Map<String, @Nullable Object> fields) {
    private static final JsonFactory FACTORY = new JsonFactory();

    /**
     * Reads one object.
     *
     * @throws IOException when it is none
     */
    public static Json parse(String text) throws IOException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("expected a JSON object, got "
                        + text.lines().findFirst().orElse("nothing"));
            }
            return object(parser);
        }
    }

    /** Writes the fields of one object. */
    public interface Fields {
        void write(JsonGenerator out) throws IOException;
    }

    /** One object on one line. */
    public static String line(Fields fields) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(text)) {
            out.writeStartObject();
            fields.write(out);
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot happen: memory does not fail to be written", e);
        }
        return text.toString();
    }

    public String text(String name) {
        Object value = fields.get(name);
        return value == null ? "" : value.toString();
    }

    public long number(String name) {
        return fields.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /** Seconds, as trace2 writes them, in microseconds; null where there are none. */
    public @Nullable Long micros(String name) {
        Object value = fields.get(name);
        try {
            return value == null ? null : Math.round(Double.parseDouble(value.toString()) * 1_000_000);
        } catch (NumberFormatException e) {
            return null; // Something else, of another emitter.
        }
    }

    public Json object(String name) {
        return fields.get(name) instanceof Json json ? json : new Json(Map.of());
    }

    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        if (fields.get(name) instanceof List<?> list) {
            list.forEach(element -> texts.add(String.valueOf(element)));
        }
        return texts;
    }

    public List<Json> objects(String name) {
        List<Json> objects = new ArrayList<>();
        if (fields.get(name) instanceof List<?> list) {
            for (Object element : list) {
                if (element instanceof Json json) {
                    objects.add(json);
                }
            }
        }
        return objects;
    }

    public Iterable<String> names() {
        return fields.keySet();
    }

    private static Json object(JsonParser parser) throws IOException {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            fields.put(name, value(parser, parser.nextToken()));
        }
        return new Json(fields);
    }

    private static @Nullable Object value(JsonParser parser, @Nullable JsonToken token) throws IOException {
        if (token == JsonToken.START_OBJECT) {
            return object(parser);
        }
        if (token == JsonToken.START_ARRAY) {
            List<@Nullable Object> list = new ArrayList<>();
            for (JsonToken next = parser.nextToken(); next != JsonToken.END_ARRAY; next = parser.nextToken()) {
                list.add(value(parser, next));
            }
            return list;
        }
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return parser.getLongValue();
        }
        return token == JsonToken.VALUE_NULL ? null : parser.getText();
    }
}
