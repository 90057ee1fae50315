package taproot.normalizer;

import org.jspecify.annotations.Nullable;

/**
 * A record as it was read back from its JSON.
 *
 * @param seq its place in the log; null where the JSON was written before one was assigned
 */
public record StoredRecord(@Nullable Long seq, CommandRecord record) {}
