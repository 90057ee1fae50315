package taproot.normalizer;

import org.jspecify.annotations.Nullable;

/** {@code def_param}: a configured parameter or an environment variable that the user asked git to report. */
record DefParamEvent(CommandRecord.Param param) implements Event {
    static DefParamEvent read(Fields fields) throws MalformedEventException {
        String name = Fields.required(fields.param, "param");
        @Nullable String value = fields.value;
        return new DefParamEvent(new CommandRecord.Param(name, value, fields.scope));
    }

    @Override
    public void applyTo(Life life) {
        life.details().param(param);
    }
}
