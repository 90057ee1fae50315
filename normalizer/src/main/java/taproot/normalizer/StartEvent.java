package taproot.normalizer;

import java.util.List;

/**
 * {@code start}: the command line; brief mode leaves out {@code time}.
 *
 * @param leftOut how many words there were beyond those in {@code argv}
 */
record StartEvent(List<String> argv, long leftOut, long time, long tAbs) implements Event {
    static StartEvent read(Fields fields) throws MalformedEventException {
        return new StartEvent(Fields.required(fields.argv, "argv"), fields.argvLeftOut, fields.time, fields.tAbs);
    }

    @Override
    public void applyTo(Life life) {
        life.start(argv, time, tAbs);
        life.leftOut("argv", leftOut);
    }
}
