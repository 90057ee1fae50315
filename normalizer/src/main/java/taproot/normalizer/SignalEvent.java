package taproot.normalizer;

/** {@code signal}: git dies of SIGPIPE, the only signal it reports; neither exit nor atexit follows. */
record SignalEvent(long signo, long time, long tAbs) implements Event {
    static SignalEvent read(Fields fields) throws MalformedEventException {
        return new SignalEvent(Fields.required(fields.signo, "signo"), fields.time, fields.tAbs);
    }

    @Override
    public void applyTo(Life life) {
        life.signal(signo, time, tAbs);
    }
}
