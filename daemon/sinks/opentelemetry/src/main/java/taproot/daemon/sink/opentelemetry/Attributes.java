package taproot.daemon.sink.opentelemetry;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Attributes being gathered, each of the type its convention gives it; what is not known is left out. */
final class Attributes {
    private final List<KeyValue> values = new ArrayList<>();

    Attributes put(String key, @Nullable String value) {
        return value == null
                ? this
                : add(key, AnyValue.newBuilder().setStringValue(value).build());
    }

    Attributes put(String key, @Nullable Number value) {
        return value == null
                ? this
                : add(key, AnyValue.newBuilder().setIntValue(value.longValue()).build());
    }

    /** False is what everybody expects, and is not said. */
    Attributes put(String key, boolean value) {
        return value ? add(key, AnyValue.newBuilder().setBoolValue(true).build()) : this;
    }

    /** An empty list is not said. */
    Attributes put(String key, List<String> texts) {
        if (texts.isEmpty()) {
            return this;
        }
        ArrayValue.Builder array = ArrayValue.newBuilder();
        texts.forEach(text ->
                array.addValues(AnyValue.newBuilder().setStringValue(text).build()));
        return add(key, AnyValue.newBuilder().setArrayValue(array).build());
    }

    private Attributes add(String key, AnyValue value) {
        values.add(KeyValue.newBuilder().setKey(key).setValue(value).build());
        return this;
    }

    List<KeyValue> list() {
        return values;
    }
}
