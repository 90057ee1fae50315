package taproot.daemon.sink;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of one attempt to deliver a batch. */
public sealed interface Delivery {
    /** Everything is there, for good: by this attempt or an earlier one. */
    record Delivered() implements Delivery {}

    /** Everything is there, for good, but for these. They are set aside, and what follows goes on. */
    record Refused(List<Refusal> refusals) implements Delivery {
        public Refused {
            refusals = List.copyOf(refusals);
        }
    }

    /**
     * Nothing of it is there: the same batch is sent again after a pause.
     *
     * @param reason for people, without secrets
     * @param pause what the back-end asked for, where it did
     */
    record Failed(String reason, @Nullable Duration pause) implements Delivery {
        public Failed(String reason) {
            this(reason, null);
        }
    }

    /** Whether it is there is not known: no answer in time, a lost connection, an error in the middle. It is sent again. */
    record Unknown(String reason) implements Delivery {}

    /**
     * A record that could not go with the others.
     *
     * @param reason for people, without secrets
     */
    record Refusal(long seq, Kind kind, String reason) {}

    /** What is to be done with it. */
    enum Kind {
        /** The back-end does not take it: kept until somebody has it sent again. */
        REFUSED,
        /** It could not be had without holding the others up: kept, and sent again by the runner itself. */
        STALLED
    }

    static Delivery delivered() {
        return new Delivered();
    }

    /** Delivered, unless there is something in the list. */
    static Delivery but(List<Refusal> refusals) {
        return refusals.isEmpty() ? delivered() : new Refused(refusals);
    }
}
