package taproot.normalizer;

/** {@code cmd_mode}: which of its ways the command goes, {@code hard} of reset for instance. */
record CmdModeEvent(String mode) implements Event {
    static CmdModeEvent read(Fields fields) throws MalformedEventException {
        return new CmdModeEvent(Fields.required(fields.name, "name"));
    }

    @Override
    public void applyTo(Life life) {
        life.names().mode(mode);
    }
}
