package taproot.normalizer;

/** {@code timer}: the total of a stopwatch over all threads; {@code th_timer} has the parts. */
record TimerEvent(CommandRecord.Timer timer) implements Event {
    static TimerEvent read(Fields fields) throws MalformedEventException {
        return new TimerEvent(new CommandRecord.Timer(
                Fields.required(fields.category, "category"),
                Fields.required(fields.name, "name"),
                Fields.required(fields.intervals, "intervals"),
                Fields.required(fields.tTotal, "t_total"),
                Fields.required(fields.tMin, "t_min"),
                Fields.required(fields.tMax, "t_max")));
    }

    @Override
    public void applyTo(Life life) {
        life.details().timer(timer);
    }
}
