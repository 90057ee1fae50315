package taproot.normalizer;

/** {@code counter}: the total of a count over all threads; {@code th_counter} has the parts. */
record CounterEvent(CommandRecord.Counter counter) implements Event {
    static CounterEvent read(Fields fields) throws MalformedEventException {
        return new CounterEvent(new CommandRecord.Counter(
                Fields.required(fields.category, "category"),
                Fields.required(fields.name, "name"),
                Fields.required(fields.count, "count")));
    }

    @Override
    public void applyTo(Life life) {
        life.details().counter(counter);
    }
}
