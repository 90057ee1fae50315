package taproot.normalizer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code child_start}: the process starts another, git or not. */
record ChildStartEvent(
        long childId,
        @Nullable String childClass,
        @Nullable String hookName,
        List<String> argv,
        long leftOut,
        long time)
        implements Event {
    static ChildStartEvent read(Fields fields) throws MalformedEventException {
        return new ChildStartEvent(
                Fields.required(fields.childId, "child_id"),
                fields.childClass,
                fields.hookName,
                Fields.required(fields.argv, "argv"),
                fields.argvLeftOut,
                fields.time);
    }

    @Override
    public void applyTo(Life life) {
        life.children().started(this);
        life.leftOut("argv", leftOut);
        if ("dashed".equals(childClass) && !argv.isEmpty()) {
            life.names().dashed(argv.getFirst());
        }
    }
}
