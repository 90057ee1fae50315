package taproot.normalizer;

import org.jspecify.annotations.Nullable;

/** {@code data} of category {@code taproot}: what a hook, an IDE or an agent says about the command it ran. */
record AnnotationEvent(String key, String value) implements Event {
    static final String CATEGORY = "taproot";

    static @Nullable AnnotationEvent read(Fields fields) throws MalformedEventException {
        if (!CATEGORY.equals(fields.category)) {
            return null;
        }
        return new AnnotationEvent(Fields.required(fields.key, "key"), Fields.required(fields.value, "value"));
    }

    @Override
    public void applyTo(Life life) {
        life.details().annotation(key, value);
    }
}
