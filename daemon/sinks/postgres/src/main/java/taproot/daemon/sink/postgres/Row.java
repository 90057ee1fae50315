package taproot.daemon.sink.postgres;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import taproot.daemon.sink.SinkRecord;
import taproot.normalizer.CommandRecord;

/**
 * A record on its way into the table.
 *
 * @param digest of what git itself said, and two daemons that heard the same command agree about
 */
record Row(long seq, String key, String digest, String json) {
    static Row of(SinkRecord record) {
        return new Row(
                record.seq(),
                record.key(),
                digest(record.command()),
                new String(record.json(), StandardCharsets.UTF_8));
    }

    private static String digest(CommandRecord command) {
        CommandRecord.Repository repository = command.repository();
        String said = String.join(
                "\0",
                List.of(
                        command.key(),
                        String.join("\0", command.argv()),
                        Long.toString(command.startedAt()),
                        Objects.toString(command.durationUs()),
                        command.outcome().wire(),
                        Objects.toString(command.exitCode()),
                        Objects.toString(command.signal()),
                        repository == null ? "" : Objects.toString(repository.worktree())));
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(said.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("cannot happen: every Java has SHA-256", e);
        }
    }
}
