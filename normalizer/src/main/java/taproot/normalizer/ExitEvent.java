package taproot.normalizer;

/** {@code exit}: the command called exit; cleaning up follows, then {@code atexit}. */
record ExitEvent(long code, long time, long tAbs) implements Event {
    static ExitEvent read(Fields fields) throws MalformedEventException {
        return new ExitEvent(Fields.required(fields.code, "code"), fields.time, fields.tAbs);
    }

    @Override
    public void applyTo(Life life) {
        life.exit(code, time, tAbs);
    }
}
