package taproot.normalizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What few processes say and every record may carry: errors, parameters, timers, counters, annotations. Each
 * list is bounded, and what does not fit is counted. Inside the root's compute only.
 */
final class Details {
    static final int MAX_ERRORS = 16;
    static final int MAX_ERROR_LENGTH = 1024;
    static final int MAX_PARAMS = 256;
    static final int MAX_METERS = 256;
    static final int MAX_ANNOTATIONS = 64;
    static final int MAX_ANNOTATION_LENGTH = 4096;

    /** What stands in for the details of a process that had none; never written to. */
    static final Details NONE = new Details();

    final List<String> errors = new ArrayList<>(0);
    final List<CommandRecord.Param> params = new ArrayList<>(0);
    final List<CommandRecord.Timer> timers = new ArrayList<>(0);
    final List<CommandRecord.Counter> counters = new ArrayList<>(0);
    final Map<String, String> annotations = new LinkedHashMap<>(0);

    /** How many did not fit, by the list's name in the record. */
    final Map<String, Long> beyond = new LinkedHashMap<>(0);

    void error(String message) {
        add(errors, Text.bounded(message, MAX_ERROR_LENGTH), MAX_ERRORS, "errors");
    }

    void param(CommandRecord.Param param) {
        add(params, param, MAX_PARAMS, "params");
    }

    void timer(CommandRecord.Timer timer) {
        add(timers, timer, MAX_METERS, "timers");
    }

    void counter(CommandRecord.Counter counter) {
        add(counters, counter, MAX_METERS, "counters");
    }

    /** A later value of the same key replaces the earlier. */
    void annotation(String key, String value) {
        if (annotations.size() < MAX_ANNOTATIONS || annotations.containsKey(key)) {
            annotations.put(Text.bounded(key, MAX_ANNOTATION_LENGTH), Text.bounded(value, MAX_ANNOTATION_LENGTH));
        } else {
            beyond.merge("annotations", 1L, Long::sum);
        }
    }

    private <T> void add(List<T> list, T element, int max, String name) {
        if (list.size() < max) {
            list.add(element);
        } else {
            beyond.merge(name, 1L, Long::sum);
        }
    }
}
