package taproot.normalizer;

import java.util.List;

/** {@code start}: the command line; brief mode leaves out {@code time}. */
record StartEvent(List<String> argv, long time, long tAbs) implements Event {
    static StartEvent read(Fields fields) throws MalformedEventException {
        return new StartEvent(Fields.required(fields.argv, "argv"), fields.time, fields.tAbs);
    }

    @Override
    public void applyTo(Life life) {
        life.start(argv, time, tAbs);
    }
}
