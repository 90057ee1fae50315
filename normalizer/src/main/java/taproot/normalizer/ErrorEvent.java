package taproot.normalizer;

/** {@code error}: what git printed as error, usage or warning; no proof of failure. */
record ErrorEvent(String message) implements Event {
    static ErrorEvent read(Fields fields) throws MalformedEventException {
        return new ErrorEvent(fields.msg != null ? fields.msg : Fields.required(fields.fmt, "msg or fmt"));
    }

    @Override
    public void applyTo(Life life) {
        life.details().error(message);
    }
}
