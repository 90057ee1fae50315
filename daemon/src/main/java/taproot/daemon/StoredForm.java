package taproot.daemon;

import taproot.daemon.log.RecordCodec;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.RecordJson;
import taproot.normalizer.Redactor;

/**
 * The one gate between what git said and what is stored: nothing passes it unredacted. On the log's writer thread; a reload
 * may change its patterns for the next record from any.
 */
final class StoredForm implements RecordCodec {
    private volatile Redactor redactor;

    StoredForm(Redactor redactor) {
        this.redactor = redactor;
    }

    @Override
    public Encoded encode(FinishedCommand command) {
        Redactor now = redactor;
        CommandRecord redacted = now.redact(command.record());
        return new Encoded(redacted, RecordJson.write(redacted), now.redactTrace(command.trace()));
    }

    Redactor redactor() {
        return redactor;
    }

    void redactor(Redactor next) {
        redactor = next;
    }
}
