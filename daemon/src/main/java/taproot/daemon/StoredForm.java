package taproot.daemon;

import taproot.daemon.log.RecordCodec;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.RecordJson;
import taproot.normalizer.Redactor;

/** The one gate between what git said and what is stored: nothing passes it unredacted. On the log's writer thread. */
record StoredForm(Redactor redactor) implements RecordCodec {
    @Override
    public Encoded encode(FinishedCommand command) {
        CommandRecord redacted = redactor.redact(command.record());
        return new Encoded(redacted, RecordJson.write(redacted), redactor.redactTrace(command.trace()));
    }
}
