package taproot.normalizer;

/** {@code child_ready}: a background child is up; no {@code child_exit} follows. */
record ChildReadyEvent(long childId, long pid) implements Event {
    static ChildReadyEvent read(Fields fields) throws MalformedEventException {
        return new ChildReadyEvent(Fields.required(fields.childId, "child_id"), Fields.required(fields.pid, "pid"));
    }

    @Override
    public void applyTo(Life life) {
        life.children().ready(this);
    }
}
