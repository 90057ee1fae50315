package taproot.normalizer;

/** {@code version}: the first word of every process; {@code exe} is git's own version. */
record VersionEvent(String gitVersion, long time) implements Event {
    static VersionEvent read(Fields fields) throws MalformedEventException {
        return new VersionEvent(Fields.required(fields.exe, "exe"), fields.time);
    }

    @Override
    public void applyTo(Life life) {
        life.version(gitVersion, time);
    }
}
