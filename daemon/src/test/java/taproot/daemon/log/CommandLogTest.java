package taproot.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static taproot.daemon.log.Commands.command;
import static taproot.daemon.log.Commands.plain;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import taproot.daemon.metrics.Counter;

class CommandLogTest extends LogTestBase {
    @Test
    void theSeqIsGaplessWhoeverAppends() throws Exception {
        int threads = 8;
        int each = 12_500;
        CommandLog log = open();
        CountDownLatch together = new CountDownLatch(threads);
        List<Thread> appenders = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int number = t;
            appenders.add(Thread.ofPlatform().start(() -> {
                together.countDown();
                for (int i = 0; i < each; i++) {
                    append(log, plain("t" + number + "-" + i));
                }
            }));
        }
        for (Thread appender : appenders) {
            appender.join();
        }
        long head = settled(log);

        assertThat(head).isEqualTo((long) threads * each);
        assertThat(seqs()).isEqualTo(LongStream.rangeClosed(1, head).boxed().toList());
        assertThat(sql("SELECT count(DISTINCT key) FROM commands")).isEqualTo(String.valueOf(head));
        assertThat(count(Counter.RECORDS_COMMITTED)).isEqualTo(head);
        assertThat(count(Counter.LOG_COMMITS)).isLessThan(head / 10); // They did come together.
        assertThat(log.status().queuedRecords()).isZero();
        assertThat(log.status().queuedBytes()).isZero();
    }

    @Test
    void oneAppendersRecordsKeepTheirOrder() throws Exception {
        CommandLog log = open();
        List<String> keys = LongStream.range(0, 3000).mapToObj(i -> "k" + i).toList();
        keys.forEach(key -> append(log, plain(key)));
        settled(log);

        assertThat(keys(CommandQuery.where().after(0, 0))).isEqualTo(keys);
    }

    @Test
    void aDuplicateTakesNoSeq() throws Exception {
        CommandLog log = open();
        append(log, plain("a"), plain("a"), plain("b"));
        settled(log);
        append(log, plain("b"), plain("c"));

        assertThat(settled(log)).isEqualTo(3);
        assertThat(keys(CommandQuery.where().after(0, 0))).containsExactly("a", "b", "c");
        assertThat(count(Counter.RECORDS_DUPLICATE)).isEqualTo(2);
        assertThat(count(Counter.RECORDS_COMMITTED)).isEqualTo(3);
    }

    @Test
    void aRecordTheDatabaseRefusesCostsOnlyItself() throws Exception {
        CommandLog log = open();
        append(log, plain("a"), plain(""), plain("b"));

        assertThat(settled(log)).isEqualTo(2);
        assertThat(keys(CommandQuery.where().after(0, 0))).containsExactly("a", "b");
        assertThat(count(Counter.RECORDS_REFUSED)).isEqualTo(1);
        assertThat(log.status().queuedBytes()).isZero();
    }

    @Test
    void anEncoderThatNeedsMoreStackThanThereIsCostsOnlyTheRecord() throws Exception {
        Pattern greedy = Pattern.compile("(a|b)*c");
        CommandLog log = open(LogSettings.DEFAULTS, finished -> {
            if (finished.record().key().equals("bad")) {
                greedy.matcher("ab".repeat(1 << 20)).find();
            }
            return Commands.encode(finished);
        });
        append(log, plain("a"), plain("bad"), plain("b"));

        assertThat(settled(log)).isEqualTo(2);
        assertThat(count(Counter.RECORDS_REFUSED)).isEqualTo(1);
    }

    @Test
    void aRecordThatCannotBeEncodedCostsOnlyItself() throws Exception {
        CommandLog log = open(LogSettings.DEFAULTS, finished -> {
            if (finished.record().key().equals("bad")) {
                throw new IllegalStateException("no JSON for this");
            }
            return Commands.encode(finished);
        });
        append(log, plain("a"), plain("bad"), plain("b"));

        assertThat(settled(log)).isEqualTo(2);
        assertThat(count(Counter.RECORDS_REFUSED)).isEqualTo(1);
    }

    @Test
    void aReopenedLogGoesOnWhereItStood() throws Exception {
        CommandLog first = open();
        append(first, plain("a"), plain("b"));
        settled(first);
        String id = first.status().logId();
        first.close(GRACE);

        CommandLog second = open();
        assertThat(settled(second)).isEqualTo(2); // Also with an empty queue.
        append(second, plain("c"));
        assertThat(settled(second)).isEqualTo(3);
        assertThat(second.status().logId()).isEqualTo(id);
        assertThat(seqs()).containsExactly(1L, 2L, 3L);
    }

    @Test
    void everyCommitIsToldInOrder() throws Exception {
        CommandLog log = open();
        List<Long> heads = new CopyOnWriteArrayList<>();
        log.onCommit(heads::add);
        for (int i = 0; i < 50; i++) {
            append(log, plain("k" + i));
            if (i % 10 == 0) {
                settled(log);
            }
        }
        settled(log);

        assertThat(heads).isSorted().doesNotHaveDuplicates().endsWith(50L);
    }

    @Test
    void aListenerThatFailsHarmsNobody() throws Exception {
        CommandLog log = open();
        List<Long> heads = new CopyOnWriteArrayList<>();
        log.onCommit(head -> {
            throw new IllegalStateException("a bug in a listener");
        });
        log.onCommit(heads::add);
        append(log, plain("a"));
        settled(log);
        append(log, plain("b"));

        assertThat(settled(log)).isEqualTo(2);
        assertThat(heads).endsWith(2L);
        assertThat(count(Counter.LOG_ERRORS)).isEqualTo(2);
    }

    @Test
    void whatDoesNotFitTheQueueIsRefusedAndCounted() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CommandLog log = open(queueLimit(64 << 10), finished -> {
            await(held);
            return Commands.encode(finished);
        });
        byte[] trace = new byte[10_000];
        int accepted = 0;
        for (int i = 0; i < 20; i++) {
            if (log.append(command("k" + i).traced(trace).finished())) {
                accepted++;
            }
        }

        assertThat(accepted).isBetween(4, 6);
        assertThat(log.status().queuedBytes()).isBetween(40_000L, 64L << 10);
        assertThat(count(Counter.RECORDS_QUEUE_FULL)).isEqualTo(20 - accepted);
        held.countDown();
        assertThat(settled(log)).isEqualTo(accepted);
        assertThat(log.status().queuedBytes()).isZero();
        assertThat(count(Counter.RECORDS_FINISHED)).isEqualTo(20);
    }

    @Test
    void aRecordLargerThanTheQueuePassesWhenNothingElseWaits() throws Exception {
        CommandLog log = open(queueLimit(1024));
        append(log, command("large").traced(new byte[100_000]).finished());

        assertThat(settled(log)).isEqualTo(1);
    }

    @Test
    void appendingNeverBlocksAnEventLoop() throws Exception {
        CommandLog log = open(queueLimit(1 << 20));
        // The guard is there: a thread that must not block is caught when it does.
        assertThatThrownBy(() -> Mono.fromRunnable(() -> await(new CountDownLatch(1)))
                        .subscribeOn(Schedulers.parallel())
                        .block(Duration.ofSeconds(10)))
                .hasCauseInstanceOf(BlockingOperationError.class);
        Mono<Long> appending = Mono.fromCallable(() -> {
                    long accepted = 0;
                    for (int i = 0; i < 20_000; i++) { // Far beyond the limit, so that both ways are gone.
                        accepted += log.append(plain(Thread.currentThread().getName() + i)) ? 1 : 0;
                    }
                    var unused = log.committed();
                    return accepted;
                })
                .subscribeOn(Schedulers.parallel());

        long accepted = Mono.zip(appending, appending, Long::sum).toFuture().get(30, TimeUnit.SECONDS);
        assertThat(settled(log)).isEqualTo(accepted);
        assertThat(count(Counter.RECORDS_QUEUE_FULL)).isPositive();
    }

    @Test
    void closingWritesWhatIsQueued() throws Exception {
        CommandLog log = open();
        for (int i = 0; i < 2000; i++) {
            append(log, plain("k" + i));
        }
        log.close(GRACE);

        assertThat(state.resolve("log.db-wal")).doesNotExist(); // The last checkpoint took it in.
        assertThat(seqs()).hasSize(2000);
        assertThat(log.status().state()).isEqualTo(LogStatus.State.CLOSED);
        assertThat(count(Counter.RECORDS_UNWRITTEN)).isZero();
    }

    @Test
    void everyRecordIsAccountedForWhenAppendersRaceWithTheEnd() throws Exception {
        CommandLog log = open(queueLimit(256 << 10));
        AtomicBoolean more = new AtomicBoolean(true);
        List<Thread> appenders = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            String name = "t" + t + "-";
            appenders.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; more.get(); i++) {
                    log.append(plain(name + i));
                }
            }));
        }
        Awaitility.await().until(() -> count(Counter.RECORDS_COMMITTED) > 100);
        log.close(GRACE);
        long tooLate = count(Counter.RECORDS_UNWRITTEN);
        Awaitility.await().until(() -> count(Counter.RECORDS_UNWRITTEN) > tooLate); // They did race.
        more.set(false);
        for (Thread appender : appenders) {
            appender.join();
        }

        assertThat(seqs()).hasSize((int) count(Counter.RECORDS_COMMITTED));
        assertThat(count(Counter.RECORDS_FINISHED))
                .isEqualTo(count(Counter.RECORDS_COMMITTED)
                        + count(Counter.RECORDS_QUEUE_FULL)
                        + count(Counter.RECORDS_UNWRITTEN));
        assertThat(log.status().queuedRecords()).isZero();
    }

    @Test
    void aClosedLogTakesNothingAndSaysSo() throws Exception {
        CommandLog log = open();
        log.close(GRACE);

        assertThat(log.append(plain("late"))).isFalse();
        assertThat(count(Counter.RECORDS_UNWRITTEN)).isEqualTo(1);
        assertThatThrownBy(() -> settled(log))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(LogException.class);
    }

    @Test
    void theTraceComesBackAsItWas() throws Exception {
        CommandLog log = open();
        byte[] trace = "{\"event\":\"start\",\"sid\":\"x\"}\n".repeat(500).getBytes(StandardCharsets.UTF_8);
        append(log, command("traced").traced(trace).finished(), plain("bare"));
        settled(log);

        try (LogReader reader = reader()) {
            assertThat(reader.trace("traced")).isEqualTo(trace);
            assertThat(reader.trace("bare")).isNull();
            assertThat(reader.trace("nobody")).isNull();
        }
        assertThat(Integer.parseInt(sql("SELECT length(bytes) FROM traces"))).isLessThan(trace.length / 10);
    }

    @Test
    void everythingOnDiskIsPrivate() throws Exception {
        CommandLog log = open();
        append(log, plain("a"));
        settled(log);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state)))
                .isEqualTo("rwx------");
        for (String file : List.of("log.db", "log.db-wal", "log.db-shm")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(state.resolve(file))))
                    .isEqualTo("rw-------");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody let go");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
