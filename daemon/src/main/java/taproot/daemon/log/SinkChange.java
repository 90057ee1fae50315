package taproot.daemon.log;

import java.util.List;

/** Something to remember about a sink; stored by the log's writer, in the order in which it was handed over. */
public sealed interface SinkChange {
    /** The log that the change is about: in another one its numbers mean nothing, and it is refused. */
    String logId();

    String sink();

    /**
     * Where the sink stands now, pausing apart, and what was set aside or sent on the way there: all or nothing.
     *
     * @param aside new, or tried again
     * @param sent those that are not set aside any more
     */
    record Progress(String logId, SinkState state, List<SetAside> aside, List<Long> sent) implements SinkChange {
        public Progress {
            aside = List.copyOf(aside);
            sent = List.copyOf(sent);
        }

        @Override
        public String sink() {
            return state.sink();
        }
    }

    /** The sink rests until it is told to go on. */
    record Pause(String logId, String sink, boolean paused) implements SinkChange {}

    /** Everything that was set aside is to be sent again. */
    record Resend(String logId, String sink) implements SinkChange {}

    /** Everything that was set aside is given up. */
    record Discard(String logId, String sink) implements SinkChange {}
}
