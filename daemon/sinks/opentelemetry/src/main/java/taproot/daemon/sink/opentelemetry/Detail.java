package taproot.daemon.sink.opentelemetry;

import java.util.Locale;

/** How much of a command is sent as spans. Metrics count every command, whatever its detail. */
enum Detail {
    /** No span. */
    DROP,
    /** One span for the command. */
    SUMMARY,
    /** Also one for each git process, hook, editor, transport and other child. */
    PROCESS,
    /** Also one for each region of each process, from the raw trace, where one is kept. */
    VERBOSE;

    boolean includes(Detail other) {
        return compareTo(other) >= 0;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
