package taproot.normalizer;

/** {@code child_exit}: a child ended; pid −1 says that it could not even be started. */
record ChildExitEvent(long childId, long pid, long code, long tRel) implements Event {
    static ChildExitEvent read(Fields fields) throws MalformedEventException {
        return new ChildExitEvent(
                Fields.required(fields.childId, "child_id"),
                Fields.required(fields.pid, "pid"),
                Fields.required(fields.code, "code"),
                fields.tRel);
    }

    @Override
    public void applyTo(Life life) {
        life.children().exited(this);
    }
}
