package taproot.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** One writer, readers that run after it and into its newest slot, followers that come and go, and a log that changes. */
class NewestRaceTest {
    private static final int RECORDS = 200_000;
    private static final int LOGS = 4;

    /** What the writer has committed: set before the ring is, as the log's status is set after. */
    private record Head(String logId, long seq) {}

    private volatile Head head = new Head("log0", 0);

    @Test
    void aReaderGetsTheRecordItAskedForOrNone() throws Exception {
        Newest newest = new Newest();
        AtomicLong found = new AtomicLong();
        AtomicLong missed = new AtomicLong();
        AtomicReference<String> wrong = new AtomicReference<>("");
        newest.follow();
        List<Thread> threads = new ArrayList<>();
        threads.add(Thread.ofPlatform().start(() -> write(newest)));
        for (int i = 0; i < 2; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                long seq = 1;
                for (Head now = head; now.seq >= 0; now = head) {
                    CommittedCommand command = newest.get(now.logId, seq);
                    if (command == null) {
                        missed.incrementAndGet();
                        seq = Math.max(1, now.seq); // On to where the writer is at this moment.
                    } else {
                        found.incrementAndGet();
                        if (!command.stored().key().equals(now.logId + ":" + seq)) {
                            wrong.set(now + " has " + command.stored().key() + " at " + seq);
                        }
                        seq++;
                    }
                }
            }));
        }
        threads.add(Thread.ofPlatform().start(() -> {
            while (head.seq >= 0) {
                newest.follow();
                newest.unfollow();
            }
        }));
        for (Thread thread : threads) {
            thread.join();
        }
        newest.unfollow();
        assertThat(wrong.get()).isEmpty();
        assertThat(found.get()).as("readers that found what they looked for").isGreaterThan(1_000);
        assertThat(missed.get())
                .as("readers that were ahead of the writer, or too late")
                .isGreaterThan(1_000);
        assertThat(newest.get("log" + (LOGS - 1), RECORDS)).as("nobody follows").isNull();
    }

    private void write(Newest newest) {
        for (int log = 0; log < LOGS; log++) {
            String id = "log" + log;
            for (long seq = 1; seq <= RECORDS / LOGS; seq++) {
                var record = Commands.plain(id + ":" + seq).record();
                byte[] json = "{\"v\":1}".getBytes(StandardCharsets.UTF_8);
                newest.committed(id, seq, List.of(new Database.Row(record, json, null, 0)), 1);
                head = new Head(id, seq);
            }
        }
        head = new Head("", -1);
    }
}
