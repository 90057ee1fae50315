package taproot.daemon.sink.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import taproot.daemon.sink.Batch;
import taproot.daemon.sink.SinkException;

class CommitterTest {
    private static final int WRITERS = 3;

    @Test
    @Timeout(30)
    void allThatWereTakenOutOfTheLineAreToldOfARefusal() throws Exception {
        allAreTold(new SinkException("the catalog says no"));
    }

    @Test
    @Timeout(30)
    void allThatWereTakenOutOfTheLineAreToldWhenTheCatalogIsAway() throws Exception {
        allAreTold(new IllegalStateException("connection refused"));
    }

    @Test
    @Timeout(30)
    void allThatWereTakenOutOfTheLineAreToldWhenAClassIsMissing() throws Exception {
        allAreTold(new NoClassDefFoundError("org/apache/iceberg/Table"));
    }

    /** The first is behind the gate while the others line up; the second of them looks for all that are left. */
    private static void allAreTold(Throwable failure) throws Exception {
        Away away = new Away(failure);
        Committer.Gate gate = new Committer.Gate();
        Committer committer = new Committer(away, gate, Recognition.BY_SUMMARY, new BatchFiles());
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<Committer.Outcome>> outcomes = IntStream.range(0, WRITERS)
                    .mapToObj(i -> writers.submit(() -> committer.commit(mark(i), List.of())))
                    .toList();
            away.asked.await();
            while (gate.waiting() < WRITERS - 1) {
                Thread.onSpinWait();
            }
            away.answer.countDown();
            for (Future<Committer.Outcome> outcome : outcomes) {
                assertThat(outcome.get(10, TimeUnit.SECONDS))
                        .isEqualTo(new Committer.Outcome.Failed(Reason.of(failure)));
            }
        }
        assertThat(away.times).as("one look for the two that waited").hasValue(2);
        assertThat(away.reopened).as("after each look in vain").hasValue(2);
    }

    private static BatchMark mark(int part) {
        return BatchMark.next(new Batch.Id("installation", "log", "sink", 1, 9, part, WRITERS, 0));
    }

    /** A catalog that fails, the first time not before it is told to. */
    private static final class Away implements Committer.TableSource {
        final CountDownLatch asked = new CountDownLatch(1);
        final CountDownLatch answer = new CountDownLatch(1);
        final AtomicInteger times = new AtomicInteger();
        final AtomicInteger reopened = new AtomicInteger();
        private final Throwable failure;

        Away(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public Table table() throws SinkException {
            times.incrementAndGet();
            asked.countDown();
            try {
                answer.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            switch (failure) {
                case SinkException e -> throw e;
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                default -> throw new IllegalArgumentException(failure);
            }
        }

        @Override
        public void reopen() {
            reopened.incrementAndGet();
        }
    }
}
