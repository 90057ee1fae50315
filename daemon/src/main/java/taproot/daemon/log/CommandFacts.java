package taproot.daemon.log;

import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Outcome;

/**
 * What queries go by, of one command that is at hand; the columns of its row.
 *
 * @param outcome null while it is running
 */
public record CommandFacts(
        CommandRecord.@Nullable Repository repository,
        @Nullable String command,
        @Nullable Outcome outcome,
        @Nullable Integer exitCode,
        boolean readOnly,
        long startedAt,
        @Nullable Long durationUs,
        @Nullable String session) {

    public static CommandFacts of(CommandRecord record) {
        return new CommandFacts(
                record.repository(),
                record.command(),
                record.outcome(),
                record.exitCode(),
                record.readOnly(),
                record.startedAt(),
                record.durationUs(),
                record.session());
    }
}
