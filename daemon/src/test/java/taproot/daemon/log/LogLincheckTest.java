package taproot.daemon.log;

import static taproot.daemon.Interleavings.both;
import static taproot.daemon.Interleavings.findOut;
import static taproot.daemon.Interleavings.hold;
import static taproot.daemon.Interleavings.require;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import taproot.normalizer.FinishedCommand;

/**
 * The two ways into and out of the log that no lock guards, with Lincheck choosing where one thread stops and the other goes
 * on. Each guard has a twin without it, which is found out.
 */
@Tag("long")
class LogLincheckTest {

    /** So many slots hold the newest records; a jump of as many comes to the same one. */
    private static final int SLOTS = 4_096;

    private static final FinishedCommand COMMAND = Commands.plain("one");
    private static final Database.Row ROW =
            new Database.Row(COMMAND.record(), "{\"v\":1}".getBytes(StandardCharsets.UTF_8), null, 0);

    @Test
    void aReaderGetsTheRecordItAskedForOrNoneThoughItsSlotIsTakenAtThatMoment() {
        hold(() -> {
            Newest newest = new Newest();
            newest.follow();
            newest.committed("log", 1, List.of(ROW), 1);
            CommittedCommand[] found = new CommittedCommand[1];
            both(() -> newest.committed("log", 1 + SLOTS, List.of(ROW), 1), () -> found[0] = newest.get("log", 1));
            require(found[0] == null || found[0].stored().seq() == 1, "another record");
            CommittedCommand later = newest.get("log", 1 + SLOTS);
            require(later != null && later.stored().seq() == 1 + SLOTS, "the newest is not there");
        });
    }

    @Test
    void aReaderOfAnotherLogGetsNothingThoughTheLogChangesAtThatMoment() {
        hold(() -> {
            Newest newest = new Newest();
            newest.follow();
            newest.committed("old", 1, List.of(ROW), 1);
            boolean[] found = {false};
            both(
                    () -> newest.committed("new", 2, List.of(ROW), 1),
                    () -> found[0] = newest.get("new", 1) != null || newest.get("old", 2) != null);
            require(!found[0], "a record of another log");
        });
    }

    @Test
    void whoFollowsWhileTheLastOneLeavesIsKeptRecordsFor() {
        hold(() -> {
            Newest newest = new Newest();
            newest.follow();
            both(newest::unfollow, newest::follow);
            newest.committed("log", 1, List.of(ROW), 1);
            require(newest.get("log", 1) != null, "nothing is kept although somebody follows");
            newest.unfollow();
            require(newest.get("log", 1) == null, "something is kept although nobody follows");
        });
    }

    /** The twin that takes what is in the slot for what was looked for. */
    @Test
    void whoDoesNotAskTheSlotWhatItHoldsGetsAnotherRecord() {
        findOut(() -> {
            AtomicReferenceArray<Long> slots = new AtomicReferenceArray<>(1);
            slots.set(0, 1L);
            Long[] found = new Long[1];
            both(() -> slots.set(0, 1L + SLOTS), () -> found[0] = slots.get(0));
            require(found[0] == null || found[0] == 1, "another record");
        });
    }

    @Test
    void whatIsPutInWhileTheWriterEndsIsSeenByItOrRefused() {
        hold(() -> {
            AppendQueue queue = new AppendQueue(1 << 20);
            AppendQueue.Entry entry = new AppendQueue.Entry.Append(COMMAND, 1, 0);
            boolean[] put = {false};
            boolean[] seen = {false};
            Thread writer = Thread.currentThread();
            both(
                    () -> {
                        queue.end();
                        seen[0] = queue.poll() != null;
                    },
                    () -> put[0] = queue.put(entry, writer));
            require(put[0] == seen[0], "put " + put[0] + ", seen " + seen[0]);
        });
    }

    /** The twin that puts in without a look whether anybody still takes out. */
    @Test
    void whoPutsInWithoutLookingAgainLosesARecord() {
        findOut(() -> {
            ConcurrentLinkedQueue<Integer> queue = new ConcurrentLinkedQueue<>();
            AtomicBoolean ended = new AtomicBoolean();
            boolean[] put = {false};
            boolean[] seen = {false};
            both(
                    () -> {
                        ended.set(true);
                        seen[0] = queue.poll() != null;
                    },
                    () -> {
                        put[0] = !ended.get();
                        if (put[0]) {
                            queue.add(1);
                        }
                    });
            require(put[0] == seen[0], "put " + put[0] + ", seen " + seen[0]);
        });
    }

    @Test
    void twoThatReserveAtOnceDoNotTakeMoreThanThereIs() {
        hold(() -> {
            AppendQueue queue = new AppendQueue(100);
            require(queue.reserve(50), "there is room");
            boolean[] taken = new boolean[2];
            both(() -> taken[0] = queue.reserve(40), () -> taken[1] = queue.reserve(40));
            require(!(taken[0] && taken[1]), "both");
            require(queue.bytes() <= 100, "bytes " + queue.bytes());
            queue.release(1, 50);
            if (taken[0] || taken[1]) {
                queue.release(1, 40);
            }
            require(queue.bytes() == 0 && queue.records() == 0, queue.bytes() + " bytes are left");
        });
    }

    /** The twin that looks in one step whether there is room, and takes it in another. */
    @Test
    void whoLooksInOneStepAndTakesInAnotherTakesMoreThanThereIs() {
        findOut(() -> {
            AtomicLong bytes = new AtomicLong(50);
            Runnable reserve = () -> {
                if (bytes.get() + 40 <= 100) {
                    bytes.addAndGet(40);
                }
            };
            both(reserve, reserve);
            require(bytes.get() <= 100, "bytes " + bytes);
        });
    }
}
