package taproot.daemon.sink.postgres;

import java.util.regex.Pattern;
import taproot.daemon.config.ConfigType;

/** A name that needs no quotes, so that what stands in a statement is what stands in the configuration. */
record TableName(String name) {
    private static final Pattern PLAIN = Pattern.compile("([a-z_][a-z0-9_]{0,62}\\.)?[a-z_][a-z0-9_]{0,50}");

    static TableName of(String text) throws ConfigType.BadValue {
        if (!PLAIN.matcher(text).matches()) {
            throw new ConfigType.BadValue(text);
        }
        return new TableName(text);
    }

    /** Without the schema: indexes live in that of their table. */
    String last() {
        return name.substring(name.indexOf('.') + 1);
    }

    String cursors() {
        return name + "_cursors";
    }

    String version() {
        return name + "_schema";
    }
}
