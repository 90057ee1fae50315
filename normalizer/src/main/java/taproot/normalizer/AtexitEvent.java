package taproot.normalizer;

/** {@code atexit}: the last word of a life; a daemonized process speaks on under the same SID in another. */
record AtexitEvent(long code, long time, long tAbs) implements Event {
    static AtexitEvent read(Fields fields) throws MalformedEventException {
        return new AtexitEvent(Fields.required(fields.code, "code"), fields.time, fields.tAbs);
    }

    @Override
    public void applyTo(Life life) {
        life.atexit(code, time, tAbs);
    }
}
