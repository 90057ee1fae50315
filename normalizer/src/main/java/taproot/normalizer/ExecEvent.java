package taproot.normalizer;

/** {@code exec}: the process is about to become another program; on success it never speaks under this SID again. */
record ExecEvent() implements Event {
    static ExecEvent read(Fields fields) {
        return new ExecEvent();
    }

    @Override
    public void applyTo(Life life) {
        life.exec(true);
    }
}
