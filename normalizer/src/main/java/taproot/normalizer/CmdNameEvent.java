package taproot.normalizer;

import org.jspecify.annotations.Nullable;

/** {@code cmd_name}: the command's name, or a pseudo name such as {@code _run_dashed_}; repeatable. */
record CmdNameEvent(String name, @Nullable String hierarchy) implements Event {
    static CmdNameEvent read(Fields fields) throws MalformedEventException {
        return new CmdNameEvent(Fields.required(fields.name, "name"), fields.hierarchy);
    }

    @Override
    public void applyTo(Life life) {
        life.names().cmdName(name, hierarchy);
    }
}
