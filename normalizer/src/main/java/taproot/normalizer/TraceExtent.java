package taproot.normalizer;

import java.util.Locale;

/** How much of a command's raw trace is kept beside its record. */
public enum TraceExtent {
    /** Every line that was received. */
    FULL,
    /** Some of it: a budget was exhausted on the way. */
    PARTIAL,
    /** Nothing: a read-only command that was quick and did not fail, or no budget at all. */
    NONE;

    private final String wire = name().toLowerCase(Locale.ROOT);

    /** The name as it stands in JSON. */
    public String wire() {
        return wire;
    }
}
