package taproot.normalizer;

/** {@code exec_result}: the exec failed, the process goes on as what it was. */
record ExecResultEvent() implements Event {
    static ExecResultEvent read(Fields fields) {
        return new ExecResultEvent();
    }

    @Override
    public void applyTo(Life life) {
        life.exec(false);
    }
}
