package taproot.daemon.roots;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Line;
import taproot.normalizer.Normalizer;
import taproot.normalizer.Settings;
import taproot.normalizer.Sid;
import taproot.normalizer.TraceBudget;

/**
 * Whatever can happen to one root, in twos and threes at the same moment, on threads that start together: one record,
 * nothing left live. The same on a twin that gets and puts where {@link Roots} computes fails.
 */
class RootsRaceTest {
    private static final int ROUNDS = 60;
    private static final int PASSES = 50;
    private static final int GUARD = 2;

    /** What the races need of the roots; the twin has it too. */
    private interface Subject {
        void lines(RootId id, List<Line> lines, long connection);

        void closed(Sid sid, long connection);

        boolean isEmpty();
    }

    /** What happens to the root; the first line has come over connection 1 before. */
    private enum Happening {
        /** The command ends and its connection closes. */
        FINISH {
            @Override
            void to(Round round) {
                round.subject.lines(round.git.root(), List.of(round.end), 1);
                round.subject.closed(round.git.sid, 1);
            }
        },
        /** Its connection closes, before anybody else says so. */
        CLOSE {
            @Override
            void to(Round round) {
                round.subject.closed(round.git.sid, 1);
            }
        },
        /** A second connection carries the process. */
        OPEN {
            @Override
            void to(Round round) {
                round.subject.lines(round.git.root(), List.of(round.regions.get(0)), 2);
                round.subject.closed(round.git.sid, 2);
            }
        },
        /** A third one does. */
        REOPEN {
            @Override
            void to(Round round) {
                round.subject.lines(round.git.root(), List.of(round.regions.get(1)), 3);
                round.subject.closed(round.git.sid, 3);
                round.subject.closed(round.git.sid, 3);
            }
        },
        /** A process below it, on a connection of its own. */
        CHILD {
            @Override
            void to(Round round) {
                round.subject.lines(round.child.root(), round.childLines, 4);
                round.subject.closed(round.child.sid, 4);
            }
        },
        /** Its waiting times run out. */
        DUE {
            @Override
            void to(Round round) {
                round.time.pass(1_000_000);
            }
        },
        /** So many others end that its tombstone, if it has one, is evicted. */
        EVICT {
            @Override
            void to(Round round) {
                for (int i = 0; i < GUARD; i++) {
                    Git other = round.others.get(i);
                    round.subject.lines(other.root(), round.othersLines.get(i), 10 + i);
                    round.subject.closed(other.sid, 10 + i);
                }
            }
        };

        abstract void to(Round round);
    }

    private static final class Round {
        final ManualTime time = new ManualTime(Git.EPOCH);
        final ConcurrentLinkedQueue<FinishedCommand> finished = new ConcurrentLinkedQueue<>();
        final Git git = Git.process(null, 1, 0);
        final Line start = git.start("git", "commit");
        final Line end = git.atexit(0, 30_000);
        final List<Line> regions = List.of(git.region(10), git.region(20));
        final Git child = Git.process(git, 2, 100);
        final List<Line> childLines = List.of(child.start("git", "rev-list"), child.atexit(0, 200));
        final List<Git> others = new ArrayList<>();
        final List<List<Line>> othersLines = new ArrayList<>();
        final Subject subject;

        Round(Function<Round, Subject> subjects) {
            for (int i = 0; i < GUARD; i++) {
                Git other = Git.process(null, 100 + i, 5);
                others.add(other);
                othersLines.add(List.of(other.start("git", "status"), other.atexit(0, 10)));
            }
            subject = subjects.apply(this);
            subject.lines(git.root(), List.of(start), 1);
        }

        /** Everything comes to its end, in peace. */
        void settle() {
            subject.closed(git.sid, 1);
            time.pass(5_000_000);
        }

        /** Whether there is one record of the command, and nothing is left. */
        boolean isRight() {
            long ofOwner = finished.stream()
                    .filter(command -> command.record().key().equals(git.key()))
                    .count();
            return ofOwner == 1 && subject.isEmpty();
        }
    }

    private static final class Outcome {
        final AtomicInteger rounds = new AtomicInteger();
        final AtomicInteger overlapping = new AtomicInteger();
        final List<String> wrong = new ArrayList<>();
    }

    @Test
    void whateverHappensToARootAtTheSameMomentThereIsOneRecordAndNothingStays() throws Exception {
        // On a busy machine few of them meet: as often as it takes.
        Outcome outcome = race(RootsRaceTest::real, sofar -> sofar.overlapping.get() > 20);
        assertThat(outcome.wrong).isEmpty();
        // Proof that something was tried: calls did run into each other.
        assertThat(outcome.overlapping.get()).isGreaterThan(20);
        System.getLogger(getClass().getName())
                .log(
                        System.Logger.Level.INFO,
                        "{0} rounds, {1} of them with calls that overlapped",
                        outcome.rounds.get(),
                        outcome.overlapping.get());
    }

    @Test
    void theTwinIsRightAsLongAsOneThingHappensAfterTheOther() {
        Happening[] all = Happening.values();
        for (Happening first : all) {
            for (Happening second : all) {
                Round round = new Round(Twin::new);
                first.to(round);
                second.to(round);
                round.settle();
                assertThat(round.isRight()).as("%s, %s", first, second).isTrue();
            }
        }
    }

    @Test
    void theTwinThatGetsAndPutsLosesOpensOrRecords() throws Exception {
        Outcome outcome = race(Twin::new, sofar -> !sofar.wrong.isEmpty());
        assertThat(outcome.wrong).isNotEmpty();
    }

    private static Subject real(Round round) {
        Roots roots = new Roots(
                Settings.DEFAULTS,
                GUARD,
                64 << 20,
                round.time,
                new Counters(),
                round.time,
                round.finished::add,
                Runnable::run);
        return new Subject() {
            @Override
            public void lines(RootId id, List<Line> lines, long connection) {
                roots.lines(id, lines, connection);
            }

            @Override
            public void closed(Sid sid, long connection) {
                roots.closed(sid, connection);
            }

            @Override
            public boolean isEmpty() {
                LiveRoots live = roots.live();
                return live.roots() == 0
                        && live.openings() == 0
                        && live.processes() == 0
                        && live.scratchBytes() == 0
                        && live.alarms() == 0
                        && live.tombstones() <= GUARD;
            }
        };
    }

    /** {@link Roots} without its guard: looks the root up, changes it, and puts it back. */
    private static final class Twin implements Subject {
        private final ConcurrentHashMap<RootId, Root> roots = new ConcurrentHashMap<>();
        private final Round round;

        Twin(Round round) {
            this.round = round;
        }

        @Override
        public void lines(RootId id, List<Line> lines, long connection) {
            change(id, live -> {
                lines.forEach(line -> live.normalizer.line(line, connection, round.time.monotonicMicros()));
                return live;
            });
        }

        @Override
        public void closed(Sid sid, long connection) {
            change(RootId.of(sid), live -> {
                live.normalizer.closed(sid, connection, round.time.monotonicMicros());
                return live;
            });
        }

        private void change(RootId id, Function<Root.Live, Root.Live> change) {
            Root.Live live = change.apply(alive(roots.get(id)));
            long now = round.time.monotonicMicros();
            live.normalizer.advance(now, now);
            if (live.normalizer.takeDrainWanted()) {
                live.normalizer.drained(now, now);
                live.normalizer.advance(now, now);
            }
            round.finished.addAll(live.normalizer.takeFinished());
            if (live.normalizer.isOver()) {
                roots.put(id, new Root.Tombstone(live.normalizer.memory()));
            } else {
                roots.put(id, live);
                if (live.normalizer.deadline() != Normalizer.NEVER) {
                    round.time.after(live.normalizer.deadline() - now, () -> change(id, same -> same));
                }
            }
        }

        private static Root.Live alive(@Nullable Root root) {
            return switch (root) {
                case null -> new Root.Live(new Normalizer(Settings.DEFAULTS, TraceBudget.UNBOUNDED));
                case Root.Live live -> live;
                case Root.Tombstone stone ->
                    new Root.Live(new Normalizer(Settings.DEFAULTS, TraceBudget.UNBOUNDED, stone.memory));
            };
        }

        @Override
        public boolean isEmpty() {
            return roots.values().stream().noneMatch(Root.Live.class::isInstance);
        }
    }

    /** Races through all twos and threes, again and again until that is enough. */
    private static Outcome race(Function<Round, Subject> subjects, Predicate<Outcome> enough) throws Exception {
        Outcome outcome = new Outcome();
        for (int pass = 0; pass < PASSES && (pass == 0 || !enough.test(outcome)); pass++) {
            pass(subjects, outcome);
        }
        return outcome;
    }

    private static void pass(Function<Round, Subject> subjects, Outcome outcome) throws Exception {
        Happening[] all = Happening.values();
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            for (int a = 0; a < all.length; a++) {
                for (int b = a + 1; b < all.length; b++) {
                    rounds(List.of(all[a], all[b]), subjects, threads, outcome);
                    for (int c = b + 1; c < all.length; c++) {
                        rounds(List.of(all[a], all[b], all[c]), subjects, threads, outcome);
                    }
                }
            }
        }
    }

    private static void rounds(
            List<Happening> happenings, Function<Round, Subject> subjects, ExecutorService threads, Outcome outcome)
            throws Exception {
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            rounds.add(new Round(subjects));
        }
        CyclicBarrier together = new CyclicBarrier(happenings.size());
        AtomicLong turn = new AtomicLong();
        AtomicInteger inside = new AtomicInteger();
        List<Future<?>> racers = new ArrayList<>();
        List<String> failures = java.util.Collections.synchronizedList(new ArrayList<>());
        for (Happening happening : happenings) {
            racers.add(threads.submit(() -> {
                together.await();
                for (int i = 0; i < rounds.size(); i++) {
                    meet(turn, (i + 1L) * happenings.size());
                    boolean met = inside.incrementAndGet() > 1;
                    try {
                        happening.to(rounds.get(i));
                    } catch (RuntimeException e) {
                        failures.add(happenings + ": " + e);
                    }
                    if (met | inside.decrementAndGet() > 0) {
                        outcome.overlapping.incrementAndGet();
                    }
                }
                return null;
            }));
        }
        for (Future<?> racer : racers) {
            racer.get();
        }
        outcome.wrong.addAll(failures);
        for (Round round : rounds) {
            outcome.rounds.incrementAndGet();
            try {
                round.settle();
                if (!round.isRight()) {
                    outcome.wrong.add(happenings.toString());
                }
            } catch (RuntimeException e) {
                outcome.wrong.add(happenings + ": " + e);
            }
        }
    }

    /** Arrives, and goes on when so many have; spinning, so that they go on in the same instant. */
    private static void meet(AtomicLong turn, long arrivals) {
        turn.incrementAndGet();
        for (int spins = 0; turn.get() < arrivals; spins++) {
            if (spins < 2_000) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }
}
