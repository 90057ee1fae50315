package taproot.normalizer;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.JsonTokenId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object, read as a whole and then asked for by name and type. What nobody asks for is skipped;
 * what is asked for and has another type is an error that names the field.
 */
final class RecordFields {
    /** Deeper than any record, and shallow enough for any stack. */
    private static final int MAX_DEPTH = 100;

    private final Map<String, @Nullable Object> fields;

    private RecordFields(Map<String, @Nullable Object> fields) {
        this.fields = fields;
    }

    static RecordFields read(JsonParser in) throws IOException {
        if (in.nextToken() != JsonToken.START_OBJECT) {
            throw new JsonParseException(in, "expected a JSON object, got " + in.currentToken());
        }
        return new RecordFields(object(in, 0));
    }

    @Nullable
    String text(String name) {
        return as(String.class, "a string", name);
    }

    @Nullable
    Long number(String name) {
        return as(Long.class, "a whole number", name);
    }

    @Nullable
    Integer integer(String name) {
        Long number = number(name);
        return number == null ? null : Math.toIntExact(number);
    }

    boolean flag(String name) {
        Boolean flag = as(Boolean.class, "true or false", name);
        return flag != null && flag;
    }

    @Nullable
    Long time(String name) {
        String time = text(name);
        return time == null ? null : RecordTime.micros(time);
    }

    String requiredText(String name) {
        return required(name, text(name));
    }

    long requiredNumber(String name) {
        return required(name, number(name));
    }

    long requiredTime(String name) {
        return required(name, time(name));
    }

    @Nullable
    RecordFields object(String name) {
        Map<?, ?> object = as(Map.class, "an object", name);
        return object == null ? null : nested(object);
    }

    List<String> texts(String name) {
        List<?> list = as(List.class, "an array of strings", name);
        if (list == null) {
            return List.of();
        }
        List<String> texts = new ArrayList<>(list.size());
        for (Object element : list) {
            texts.add(cast(String.class, "an array of strings", name, element));
        }
        return Collections.unmodifiableList(texts);
    }

    <T> List<T> objects(String name, Function<RecordFields, T> reader) {
        List<?> list = as(List.class, "an array of objects", name);
        if (list == null) {
            return List.of();
        }
        List<T> objects = new ArrayList<>(list.size());
        for (Object element : list) {
            objects.add(reader.apply(nested(cast(Map.class, "an array of objects", name, element))));
        }
        return Collections.unmodifiableList(objects);
    }

    <T> Map<String, T> values(String name, Class<T> type) {
        Map<?, ?> object = as(Map.class, "an object", name);
        if (object == null) {
            return Map.of();
        }
        Map<String, T> values = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : object.entrySet()) {
            values.put((String) entry.getKey(), cast(type, "values of one type", name, entry.getValue()));
        }
        return Collections.unmodifiableMap(values);
    }

    private <T> @Nullable T as(Class<T> type, String expected, String name) {
        Object value = fields.get(name);
        return value == null ? null : cast(type, expected, name, value);
    }

    private static <T> T cast(Class<T> type, String expected, String name, @Nullable Object value) {
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("expected " + expected + " in \"" + name + "\", got " + value);
        }
        return type.cast(value);
    }

    private static <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw new IllegalArgumentException("expected a field \"" + name + "\", got none");
        }
        return value;
    }

    private static RecordFields nested(Map<?, ?> object) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        object.forEach((name, value) -> fields.put((String) name, value));
        return new RecordFields(fields);
    }

    private static Map<String, @Nullable Object> object(JsonParser in, int depth) throws IOException {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            object.put(name, value(in, depth + 1));
        }
        return object;
    }

    private static List<@Nullable Object> array(JsonParser in, int depth) throws IOException {
        List<@Nullable Object> array = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(in, depth + 1));
        }
        return array;
    }

    private static @Nullable Object value(JsonParser in, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new JsonParseException(in, "expected at most " + MAX_DEPTH + " levels of nesting");
        }
        return switch (in.currentTokenId()) {
            case JsonTokenId.ID_START_OBJECT -> object(in, depth);
            case JsonTokenId.ID_START_ARRAY -> array(in, depth);
            case JsonTokenId.ID_STRING -> in.getText();
            case JsonTokenId.ID_NUMBER_INT -> in.getLongValue();
            case JsonTokenId.ID_NUMBER_FLOAT -> in.getDoubleValue();
            case JsonTokenId.ID_TRUE -> true;
            case JsonTokenId.ID_FALSE -> false;
            default -> null;
        };
    }
}
