package taproot.daemon.metrics;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The latest failures, newest first: a few of each part, so that what fails every second hides nothing else. What fails
 * again in the same words is one of them. Written from any thread without waiting.
 */
final class Failures {
    private static final int EACH_PART = 4;
    private static final int LONGEST = 500;

    private final AtomicReference<List<Failure>> latest = new AtomicReference<>(List.of());

    static {
        // What it takes is there before it is needed: without a free descriptor no class can be read from a directory.
        var unused = with(List.of(), Instant.EPOCH, Part.DEFECTS, "");
    }

    void add(Instant at, Part part, String message) {
        String bounded = message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "…";
        latest.updateAndGet(before -> with(before, at, part, bounded));
    }

    private static List<Failure> with(List<Failure> before, Instant at, Part part, String message) {
        long times = 1;
        int ofThePart = 1;
        List<Failure> after = new ArrayList<>(before.size() + 1);
        for (Failure failure : before) {
            if (failure.part() != part) {
                after.add(failure);
            } else if (failure.message().equals(message)) {
                times += failure.times();
            } else if (ofThePart < EACH_PART) {
                ofThePart++;
                after.add(failure);
            }
        }
        after.addFirst(new Failure(at, part, message, times));
        return List.copyOf(after);
    }

    List<Failure> latest() {
        return Objects.requireNonNull(latest.get());
    }
}
