package taproot.daemon.roots;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.ConnectionNumber;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Line;
import taproot.normalizer.Normalizer;
import taproot.normalizer.Settings;
import taproot.normalizer.Sid;
import taproot.normalizer.TraceBudget;

/**
 * One root to which something happens from several sides, and the verdict on what became of it. Costs a {@link Roots}; the
 * lines are made once.
 */
final class Race {
    static final int GUARD = 2;

    private static final Git GIT = Git.process(null, 1, 0);
    private static final Git CHILD = Git.process(GIT, 2, 100);
    private static final Git ORPHAN = Git.process(Git.process(GIT, 3, 50), 4, 120);
    private static final Line START = GIT.start("git", "commit");
    private static final Line END = GIT.atexit(0, 30_000);
    private static final List<Line> REGIONS = List.of(GIT.region(10), GIT.region(20), GIT.region(25));
    private static final List<Line> CHILD_LINES = List.of(CHILD.start("git", "rev-list"), CHILD.atexit(0, 200));
    private static final List<Line> ORPHAN_LINES = List.of(ORPHAN.start("git", "gc"), ORPHAN.atexit(0, 220));
    private static final List<Git> OTHERS = List.of(Git.process(null, 100, 5), Git.process(null, 101, 5));
    private static final List<List<Line>> OTHERS_LINES = OTHERS.stream()
            .map(other -> List.of(other.start("git", "status"), other.atexit(0, 10)))
            .toList();

    /** The connection that the process itself opened. */
    private static final long OWN = ConnectionNumber.of(1, GIT.pid);

    /** What the races need of the roots; the twin has it too. */
    interface Subject {
        void lines(RootId id, List<Line> lines, long connection);

        void closed(Sid sid, long connection);

        void gone(Sid sid);

        boolean isEmpty();
    }

    /** What happens to the root; its first line has come over its own connection before. */
    enum Happening {
        /** The command ends and its connection closes. */
        FINISH {
            @Override
            void to(Race race) {
                race.subject.lines(GIT.root(), List.of(END), OWN);
                race.subject.closed(GIT.sid, OWN);
            }
        },
        /** Its connection closes, before anybody else says so. */
        CLOSE {
            @Override
            void to(Race race) {
                race.subject.closed(GIT.sid, OWN);
            }
        },
        /** A second connection carries the process. */
        OPEN {
            @Override
            void to(Race race) {
                race.subject.lines(GIT.root(), List.of(REGIONS.get(0)), 2);
                race.subject.closed(GIT.sid, 2);
            }
        },
        /** A third one does, and is closed twice. */
        REOPEN {
            @Override
            void to(Race race) {
                race.subject.lines(GIT.root(), List.of(REGIONS.get(1)), 3);
                race.subject.closed(GIT.sid, 3);
                race.subject.closed(GIT.sid, 3);
            }
        },
        /** Its end is told a second time, with something behind it. */
        LATE {
            @Override
            void to(Race race) {
                race.subject.lines(GIT.root(), List.of(END), 5);
                race.subject.lines(GIT.root(), List.of(REGIONS.get(2)), 5);
                race.subject.closed(GIT.sid, 5);
            }
        },
        /** A process below it, on a connection of its own. */
        CHILD {
            @Override
            void to(Race race) {
                race.subject.lines(Race.CHILD.root(), CHILD_LINES, 4);
                race.subject.closed(Race.CHILD.sid, 4);
            }
        },
        /** A process below one that is never heard. */
        ADOPT {
            @Override
            void to(Race race) {
                race.subject.lines(ORPHAN.root(), ORPHAN_LINES, 6);
                race.subject.closed(ORPHAN.sid, 6);
            }
        },
        /** Its pid is found gone. */
        SWEEP {
            @Override
            void to(Race race) {
                race.subject.gone(GIT.sid);
            }
        },
        /** Its waiting times run out. */
        DUE {
            @Override
            void to(Race race) {
                race.time.pass(1_000_000);
            }
        },
        /** So many others end that its tombstone, if it has one, is evicted. */
        EVICT {
            @Override
            void to(Race race) {
                for (int i = 0; i < GUARD; i++) {
                    Git other = OTHERS.get(i);
                    race.subject.lines(other.root(), OTHERS_LINES.get(i), 10 + i);
                    race.subject.closed(other.sid, 10 + i);
                }
            }
        };

        abstract void to(Race race);
    }

    final ManualTime time = new ManualTime(Git.EPOCH);
    private final ConcurrentLinkedQueue<FinishedCommand> finished = new ConcurrentLinkedQueue<>();
    private final Subject subject;

    Race(Function<Race, Subject> subjects) {
        subject = subjects.apply(this);
        subject.lines(GIT.root(), List.of(START), OWN);
    }

    /** Everything comes to its end, in peace. */
    void settle() {
        subject.closed(GIT.sid, OWN);
        time.pass(5_000_000);
    }

    /**
     * Whether there is one record of the command, and nothing is left. Where its tombstone may have been evicted, what
     * came behind that is a command nobody has a start of, and no record.
     */
    boolean isRight() {
        long ofOwner = finished.stream()
                .filter(command -> command.record().key().equals(GIT.key()))
                .count();
        return ofOwner == 1 && subject.isEmpty();
    }

    /** The real one. */
    static Subject real(Race race) {
        Roots roots = new Roots(
                Settings.DEFAULTS,
                GUARD,
                64 << 20,
                race.time,
                new Counters(),
                race.time,
                race.finished::add,
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
            public void gone(Sid sid) {
                roots.gone(sid);
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
    static final class Twin implements Subject {
        private final ConcurrentHashMap<RootId, Root> roots = new ConcurrentHashMap<>();
        private final Race race;

        Twin(Race race) {
            this.race = race;
        }

        @Override
        public void lines(RootId id, List<Line> lines, long connection) {
            change(id, live -> {
                lines.forEach(line -> live.normalizer.line(line, connection, race.time.monotonicMicros()));
                return live;
            });
        }

        @Override
        public void closed(Sid sid, long connection) {
            change(RootId.of(sid), live -> {
                live.normalizer.closed(sid, connection, race.time.monotonicMicros());
                return live;
            });
        }

        @Override
        public void gone(Sid sid) {
            change(RootId.of(sid), live -> {
                live.normalizer.gone(sid);
                return live;
            });
        }

        private void change(RootId id, Function<Root.Live, Root.Live> change) {
            Root.Live live = change.apply(alive(roots.get(id)));
            long now = race.time.monotonicMicros();
            live.normalizer.advance(now, now);
            if (live.normalizer.takeDrainWanted()) {
                live.normalizer.drained(now, now);
                live.normalizer.advance(now, now);
            }
            race.finished.addAll(live.normalizer.takeFinished());
            if (live.normalizer.isOver()) {
                roots.put(id, new Root.Tombstone(id, live.normalizer.memory()));
            } else {
                roots.put(id, live);
                if (live.normalizer.deadline() != Normalizer.NEVER) {
                    race.time.after(live.normalizer.deadline() - now, () -> change(id, same -> same));
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

    /** Every two and every three of them. */
    static List<List<Happening>> combinations() {
        Happening[] all = Happening.values();
        List<List<Happening>> combinations = new ArrayList<>();
        for (int a = 0; a < all.length; a++) {
            for (int b = a + 1; b < all.length; b++) {
                combinations.add(List.of(all[a], all[b]));
                for (int c = b + 1; c < all.length; c++) {
                    combinations.add(List.of(all[a], all[b], all[c]));
                }
            }
        }
        return combinations;
    }
}
