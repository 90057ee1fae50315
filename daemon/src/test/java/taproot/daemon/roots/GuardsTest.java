package taproot.daemon.roots;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import taproot.daemon.Meetings;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.ConnectionNumber;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Line;
import taproot.normalizer.Normalizer;
import taproot.normalizer.Outcome;
import taproot.normalizer.Settings;
import taproot.normalizer.Sid;
import taproot.normalizer.TraceBudget;

/**
 * The guards of live state one by one: what each of them keeps from happening is raced for, and does not happen until calls
 * have run into each other often enough; without the guard it does.
 */
class GuardsTest {
    private static final int MS = 1_000;
    private static final Git GIT = Git.process(null, 1, 0);
    private static final Git CHILD = Git.process(GIT, 2, 100);
    private static final Git BEHIND = Git.process(GIT, 3, 40 * MS);
    private static final Line START = GIT.start("git", "commit");
    private static final Line END = GIT.atexit(0, 30 * MS);
    private static final Line REGION = GIT.region(20);
    private static final Line LATE = GIT.region(25);
    private static final Line CHILD_BEGINS = GIT.childStart(0, 90);
    private static final Line CHILD_IS_OVER = GIT.childExit(0, 2, 250);
    private static final Line CHILD_START = CHILD.start("git", "rev-list");
    private static final Line CHILD_END = CHILD.atexit(0, 200);
    private static final Line BEHIND_START = BEHIND.start("git", "status");
    private static final Line BEHIND_END = BEHIND.atexit(0, 41 * MS);

    /** The connection that the process itself opened. */
    private static final long OWN = ConnectionNumber.of(1, GIT.pid);

    /** Live state, and what can happen to it; the real one, or one that lacks a guard. */
    private abstract static class Subject {
        final ManualTime time = new ManualTime(Git.EPOCH);
        final Counters counters = new Counters();
        final ConcurrentLinkedQueue<FinishedCommand> finished = new ConcurrentLinkedQueue<>();

        /** What git has sent and nobody has read; one loop reads. */
        private final ConcurrentLinkedQueue<Line> unread = new ConcurrentLinkedQueue<>();

        abstract void lines(Git git, long connection, Line... lines);

        abstract void closed(Sid sid, long connection);

        abstract void gone(Sid sid);

        final void sent(Line line) {
            unread.add(line);
        }

        final synchronized void read() {
            for (Line line = unread.poll(); line != null; line = unread.poll()) {
                lines(GIT, OWN, line);
            }
        }

        final List<Outcome> outcomes() {
            return finished.stream().map(command -> command.record().outcome()).toList();
        }
    }

    private static class Real extends Subject {
        final Roots roots;

        Real() {
            this(Settings.DEFAULTS);
        }

        Real(Settings settings) {
            roots = new Roots(settings, 8, 64 << 20, time, counters, time, finished::add, whenRead -> {
                read();
                whenRead.run();
            });
        }

        @Override
        void lines(Git git, long connection, Line... lines) {
            roots.lines(git.root(), List.of(lines), connection);
        }

        @Override
        void closed(Sid sid, long connection) {
            roots.closed(sid, connection);
        }

        @Override
        void gone(Sid sid) {
            roots.gone(sid);
        }
    }

    /** What the twins change is their own; everything else they do in one step, as the real ones do. */
    private abstract static class Twin extends Subject {
        final ConcurrentHashMap<RootId, Root> roots = new ConcurrentHashMap<>();

        @Override
        void lines(Git git, long connection, Line... lines) {
            change(git.root(), live -> {
                for (Line line : lines) {
                    live.normalizer.line(line, connection, time.monotonicMicros());
                }
            });
        }

        @Override
        void closed(Sid sid, long connection) {
            change(RootId.of(sid), live -> live.normalizer.closed(sid, connection, time.monotonicMicros()));
        }

        @Override
        void gone(Sid sid) {
            change(RootId.of(sid), live -> live.normalizer.gone(sid));
        }

        interface Change {
            void apply(Root.Live live);
        }

        final void change(RootId id, Change change) {
            roots.compute(id, (_, root) -> {
                Root.Live live = alive(root);
                change.apply(live);
                return advanced(id, live);
            });
        }

        final Root advanced(RootId id, Root.Live live) {
            long now = time.monotonicMicros();
            live.normalizer.advance(now, now);
            if (live.normalizer.takeDrainWanted()) {
                live.normalizer.drained(now, now);
                live.normalizer.advance(now, now);
            }
            finished.addAll(live.normalizer.takeFinished());
            counters.add(Counter.PROCESSES_UNSTARTED, live.normalizer.takeUnstarted());
            if (live.normalizer.isOver()) {
                return new Root.Tombstone(id, live.normalizer.memory());
            }
            long deadline = live.normalizer.deadline();
            if (deadline < live.alarmAt) {
                live.alarmAt = deadline;
                time.after(deadline - now, () -> change(id, due -> due.alarmAt = Normalizer.NEVER));
            }
            return live;
        }

        static Root.Live alive(@Nullable Root root) {
            return switch (root) {
                case null -> new Root.Live(new Normalizer(Settings.DEFAULTS, TraceBudget.UNBOUNDED));
                case Root.Live live -> live;
                case Root.Tombstone stone ->
                    new Root.Live(new Normalizer(Settings.DEFAULTS, TraceBudget.UNBOUNDED, stone.memory));
            };
        }
    }

    private record Round(Subject subject, List<Runnable> sides, Function<Subject, String> judge)
            implements Meetings.Round {
        @Override
        public String wrong() {
            return judge.apply(subject);
        }
    }

    private static void assertRight(Meetings.Outcome outcome) {
        assertThat(outcome.wrong()).isEmpty();
        assertThat(outcome.met()).as("of %d rounds", outcome.rounds()).isGreaterThan(20);
    }

    private static void assertFoundOut(Meetings.Outcome outcome) {
        assertThat(outcome.wrong()).as("of %d rounds", outcome.rounds()).isNotEmpty();
    }

    /** Between two steps that should be one; there is one anyway, and this makes it as long as a busy machine does. */
    private static void gap() {
        for (int i = 0; i < 300; i++) {
            Thread.onSpinWait();
        }
    }

    private static String unless(boolean right, Object otherwise) {
        return right ? "" : otherwise.toString();
    }

    // Exactly one closer learns that it was the last.

    @Test
    void oneOfTwoClosersLearnsThatItWasTheLast() throws Exception {
        assertRight(Meetings.ofTheReal(() -> lastClosers(new Real())));
    }

    @Test
    void whoClosesInOneStepAndAsksInAnotherWhetherItWasTheLastHearsItTwice() throws Exception {
        assertFoundOut(Meetings.ofTheTwin(() -> lastClosers(new Twin() {
            @Override
            void closed(Sid sid, long connection) {
                RootId id = RootId.of(sid);
                Root.Live live = (Root.Live) roots.computeIfPresent(id, (_, root) -> {
                    ((Root.Live) root).normalizer.closed(sid, connection, time.monotonicMicros());
                    return root;
                });
                gap();
                if (live != null && live.normalizer.openings() == 0) {
                    time.after(1_000 * MS, () -> change(id, _ -> {}));
                }
            }
        })));
    }

    /** What the last closer learns is that the second begins after which a silent command is lost: one alarm. */
    private static Round lastClosers(Subject subject) {
        subject.lines(GIT, OWN, START);
        subject.lines(GIT, 2, REGION);
        return new Round(
                subject, List.of(() -> subject.closed(GIT.sid, OWN), () -> subject.closed(GIT.sid, 2)), after -> {
                    int alarms = after.time.pending();
                    after.time.pass(1_100 * MS);
                    return unless(
                            alarms == 1 && after.outcomes().equals(List.of(Outcome.LOST)),
                            alarms + " last closers, " + after.outcomes());
                });
    }

    // An open between two closes is never lost.

    @Test
    void anOpenIsNotLostToTheCloseThatBuriesItsRoot() throws Exception {
        assertRight(Meetings.ofTheReal(() -> openAndClose(new Real())));
    }

    @Test
    void whoLooksInOneStepWhetherAllAreClosedAndBuriesInAnotherLosesAnOpen() throws Exception {
        assertFoundOut(Meetings.ofTheTwin(() -> openAndClose(new Twin() {
            @Override
            void closed(Sid sid, long connection) {
                RootId id = RootId.of(sid);
                Root root = roots.computeIfPresent(id, (_, open) -> {
                    if (open instanceof Root.Live live) {
                        live.normalizer.closed(sid, connection, time.monotonicMicros());
                        live.normalizer.advance(time.monotonicMicros(), time.epochMicros());
                        finished.addAll(live.normalizer.takeFinished());
                    }
                    return open;
                });
                if (root instanceof Root.Live live && live.normalizer.isOver()) {
                    gap();
                    roots.put(id, new Root.Tombstone(id, live.normalizer.memory()));
                }
            }
        })));
    }

    /** The command has ended; its connection closes while a process that it left behind opens one. */
    private static Round openAndClose(Subject subject) {
        subject.lines(GIT, OWN, START, END);
        return new Round(
                subject,
                List.of(() -> subject.closed(GIT.sid, OWN), () -> subject.lines(BEHIND, 2, BEHIND_START)),
                after -> {
                    after.lines(BEHIND, 2, BEHIND_END);
                    after.closed(BEHIND.sid, 2);
                    after.time.pass(2_000 * MS);
                    return unless(after.outcomes().equals(List.of(Outcome.EXITED, Outcome.EXITED)), after.outcomes());
                });
    }

    // A double close changes nothing.

    @Test
    void aConnectionThatIsClosedTwiceAtOnceClosesNoOther() throws Exception {
        assertRight(Meetings.ofTheReal(() -> doubleClose(new Real())));
    }

    @Test
    void whoOnlyCountsConnectionsClosesAnotherWithTheSecondClose() throws Exception {
        assertFoundOut(Meetings.ofTheTwin(() -> doubleClose(new Real() {
            private final ConcurrentLinkedQueue<Long> open = new ConcurrentLinkedQueue<>();

            @Override
            void lines(Git git, long connection, Line... lines) {
                open.add(connection);
                super.lines(git, connection, lines);
            }

            @Override
            void closed(Sid sid, long connection) {
                Long any = open.poll();
                if (any != null) {
                    super.closed(sid, any);
                }
            }
        })));
    }

    private static Round doubleClose(Real subject) {
        subject.lines(GIT, OWN, START);
        subject.lines(GIT, 2, REGION);
        return new Round(
                subject, List.of(() -> subject.closed(GIT.sid, 2), () -> subject.closed(GIT.sid, 2)), after -> {
                    long open = subject.roots.live().openings();
                    after.time.pass(10_000 * MS);
                    boolean alive = after.finished.isEmpty();
                    after.closed(GIT.sid, OWN);
                    after.time.pass(1_100 * MS);
                    return unless(
                            open == 1 && alive && after.outcomes().equals(List.of(Outcome.LOST)),
                            open + " open, then " + after.outcomes());
                });
    }

    // A late event behind a tombstone revives nothing.

    @Test
    void aLateEventFindsTheRootOrItsTombstone() throws Exception {
        assertRight(Meetings.ofTheReal(() -> lateEvent(new Real())));
    }

    @Test
    void whoKeepsTombstonesInASecondMapMakesAFinishedRootAnewInBetween() throws Exception {
        assertFoundOut(Meetings.ofTheTwin(() -> lateEvent(new Twin() {
            private final ConcurrentHashMap<RootId, Root.Tombstone> stones = new ConcurrentHashMap<>();

            @Override
            void lines(Git git, long connection, Line... lines) {
                if (!stones.containsKey(git.root())) {
                    super.lines(git, connection, lines);
                    bury(git.root());
                }
            }

            @Override
            void closed(Sid sid, long connection) {
                if (roots.containsKey(RootId.of(sid))) {
                    super.closed(sid, connection);
                    bury(RootId.of(sid));
                }
            }

            private void bury(RootId id) {
                if (roots.get(id) instanceof Root.Tombstone stone && roots.remove(id, stone)) {
                    gap();
                    stones.put(id, stone);
                }
            }
        })));
    }

    private static Round lateEvent(Subject subject) {
        subject.lines(GIT, OWN, START);
        Runnable late = () -> {
            subject.lines(GIT, 5, LATE);
            subject.closed(GIT.sid, 5);
        };
        Runnable end = () -> {
            subject.lines(GIT, OWN, END);
            subject.closed(GIT.sid, OWN);
        };
        return new Round(subject, List.of(end, late), after -> {
            after.time.pass(5_000 * MS);
            long made = after.counters.get(Counter.PROCESSES_UNSTARTED);
            return unless(
                    made == 0 && after.outcomes().equals(List.of(Outcome.EXITED)),
                    after.outcomes() + ", made anew " + made);
        });
    }

    // What the sweeper found gone is judged after it has been read, and only if it has not ended.

    @Test
    void aProcessThatEndedWhileItWasJudgedHasEnded() throws Exception {
        assertRight(Meetings.ofTheReal(() -> sweptWhileItEnds(new Real())));
    }

    @Test
    void whoJudgesWithoutReadingLosesLastWords() throws Exception {
        assertFoundOut(Meetings.ofTheTwin(() -> sweptWhileItEnds(new Twin() {})));
    }

    /** It has written its last words and is gone; the loop reads them, and the sweeper has looked for its pid. */
    private static Round sweptWhileItEnds(Subject subject) {
        subject.lines(GIT, OWN, START);
        subject.sent(END);
        return new Round(subject, List.of(subject::read, () -> subject.gone(GIT.sid)), after -> {
            after.closed(GIT.sid, OWN);
            after.time.pass(2_000 * MS);
            return unless(after.outcomes().equals(List.of(Outcome.EXITED)), after.outcomes());
        });
    }

    @Test
    void aProcessThatDaemonizedWhileItWasJudgedHasTheEndThatItSays() {
        assertThat(endsAfterJudgement(new Real())).containsExactly(2_000L * MS, 10L * MS);
    }

    @Test
    void whoJudgesWithoutASecondLookTakesTheEndOfTheSecondLifeForThatOfTheFirst() {
        assertThat(endsAfterJudgement(new Twin() {
                    @Override
                    void gone(Sid sid) {
                        read();
                        super.gone(sid);
                    }
                }))
                .startsWith(2_010L * MS);
    }

    /**
     * It daemonized: its pid is gone, and what goes on under its name came to its end so soon that its last words are read
     * first. How long the lives took that are recorded.
     */
    private static List<Long> endsAfterJudgement(Subject subject) {
        subject.lines(GIT, OWN, GIT.start("git", "gc"));
        subject.time.pass(2_000 * MS);
        subject.sent(GIT.atexit(0, 2_010 * MS));
        subject.gone(GIT.sid);
        subject.time.pass(MS);
        subject.lines(GIT, OWN, GIT.childStart(0, 2_005 * MS), GIT.atexit(0, 2_000 * MS));
        subject.closed(GIT.sid, OWN);
        subject.time.pass(2_000 * MS);
        return subject.finished.stream()
                .map(command -> command.record().durationUs())
                .filter(java.util.Objects::nonNull)
                .toList();
    }

    // A process waits for its owner to be heard of.

    @Test
    void aChildThatIsHeardBeforeItsParentBelongsToIt() throws Exception {
        AtomicInteger before = new AtomicInteger();
        assertRight(Meetings.ofTheReal(() -> childAndParent(new Real(), before)));
        assertThat(before).as("children that were heard first").hasPositiveValue();
    }

    @Test
    void withoutTheGraceItOwnsARecord() throws Exception {
        Settings d = Settings.DEFAULTS;
        Settings impatient =
                new Settings(d.overhang(), d.linger(), 0, d.lostAfter(), d.slowThreshold(), d.scratchLimit());
        assertFoundOut(Meetings.ofTheTwin(() -> childAndParent(new Real(impatient), new AtomicInteger())));
    }

    private static Round childAndParent(Real subject, AtomicInteger childFirst) {
        Runnable parent = () -> {
            subject.lines(GIT, OWN, START, CHILD_BEGINS);
            subject.lines(GIT, OWN, CHILD_IS_OVER, END);
            subject.closed(GIT.sid, OWN);
        };
        Runnable child = () -> {
            if (subject.roots.live().roots() == 0) {
                childFirst.incrementAndGet();
            }
            subject.lines(CHILD, 2, CHILD_START);
            subject.lines(CHILD, 2, CHILD_END);
            subject.closed(CHILD.sid, 2);
        };
        return new Round(subject, List.of(parent, child), after -> {
            after.time.pass(2_000 * MS);
            long processes = after.finished.stream()
                    .mapToLong(command -> command.record().processes().size())
                    .sum();
            return unless(
                    after.finished.size() == 1 && processes == 2,
                    after.finished.size() + " records, " + processes + " processes");
        });
    }
}
