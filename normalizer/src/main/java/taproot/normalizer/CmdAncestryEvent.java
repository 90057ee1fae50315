package taproot.normalizer;

import java.util.List;

/** {@code cmd_ancestry}: the names of the processes that started git, nearest first. */
record CmdAncestryEvent(List<String> ancestry) implements Event {
    static CmdAncestryEvent read(Fields fields) throws MalformedEventException {
        return new CmdAncestryEvent(Fields.required(fields.ancestry, "ancestry"));
    }

    @Override
    public void applyTo(Life life) {
        life.ancestry(ancestry);
    }
}
