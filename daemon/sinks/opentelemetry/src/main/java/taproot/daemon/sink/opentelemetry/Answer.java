package taproot.daemon.sink.opentelemetry;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a receiver made of one request. */
sealed interface Answer {
    /**
     * It was taken.
     *
     * @param rejected how many spans or points of it were not ({@code partial_success}); which ones OTLP does not tell, and it
     *     forbids to send them again
     */
    record Accepted(long rejected) implements Answer {}

    /** It will never be taken as it is: what is in it is wrong, or too much. */
    record Refused(String reason) implements Answer {}

    /** It was not taken, and may be later: the receiver is not there, busy, or not set up for us. */
    record Failed(String reason, @Nullable Duration pause) implements Answer {}

    /** It may or may not have been taken. */
    record Unknown(String reason) implements Answer {}
}
