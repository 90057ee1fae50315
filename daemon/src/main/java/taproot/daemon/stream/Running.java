package taproot.daemon.stream;

import taproot.daemon.log.CommandFacts;

/**
 * A command that is still running.
 *
 * @param key of its record to be
 * @param facts what is known so far: filters go by it
 * @param json one object in UTF-8, as {@code /v1/live} lists it
 */
@SuppressWarnings("ArrayRecordComponent") // Handed over once and never compared.
public record Running(String key, CommandFacts facts, byte[] json) {}
