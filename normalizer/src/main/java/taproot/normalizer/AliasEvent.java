package taproot.normalizer;

import java.util.List;

/** {@code alias}: one expansion of an alias. */
record AliasEvent(String alias, List<String> argv) implements Event {
    static AliasEvent read(Fields fields) throws MalformedEventException {
        return new AliasEvent(Fields.required(fields.alias, "alias"), Fields.required(fields.argv, "argv"));
    }

    @Override
    public void applyTo(Life life) {
        life.names().alias(alias, argv);
    }
}
