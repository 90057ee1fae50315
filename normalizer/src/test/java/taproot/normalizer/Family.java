package taproot.normalizer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A small invented tree of git processes with a life story each, and the streams it would have sent.
 *
 * <p>Times lie on a coarse grid, so that nothing hangs on a waiting time by accident: starts in the middle of a tenth of
 * a second, endings in its first 20 ms. What ends in the same tenth as its owner is within the overhang, what ends in a
 * later one is not.
 */
final class Family {
    static final long EPOCH = 1_795_132_800_000_000L;
    static final long SLOT = 100_000;
    private static final int MOST = 7;

    /** How a life ends. */
    enum Ending {
        ATEXIT,
        EXIT_ONLY,
        SIGNAL,
        KILLED,
        EXEC
    }

    /** How the parent speaks of it. */
    enum Link {
        /** child_start, and child_exit with its pid where the parent lives to see it. */
        DIRECT,
        /** Below a shell that the parent started. */
        SHELL,
        /** Not at all. */
        NONE,
        /** The parent became this process by exec. */
        SUCCESSOR
    }

    /** What is drawn for one process; slots are tenths of a second, relative to the parent's or to its own beginning. */
    record Gene(
            int parent,
            Link link,
            int after,
            int lives,
            Ending ending,
            int code,
            int offset,
            int secondLives,
            Ending secondEnding,
            int secondCode,
            boolean unheard,
            boolean startless,
            boolean host,
            boolean connectionPerEvent,
            int heldOpen,
            boolean report) {

        Gene plainer(int step) {
            return switch (step) {
                case 0 -> with(link, Ending.ATEXIT, 0, secondLives, false, false, false, false, 0);
                case 1 -> with(link, ending, 0, secondLives, unheard, startless, host, connectionPerEvent, heldOpen);
                case 2 -> with(link, ending, code, 0, unheard, startless, host, connectionPerEvent, heldOpen);
                case 3 -> with(link, ending, code, secondLives, false, startless, host, connectionPerEvent, heldOpen);
                case 4 -> with(link, ending, code, secondLives, unheard, false, host, connectionPerEvent, heldOpen);
                case 5 ->
                    with(link, ending, code, secondLives, unheard, startless, false, connectionPerEvent, heldOpen);
                case 6 -> with(link, ending, code, secondLives, unheard, startless, host, false, heldOpen);
                case 7 -> with(link, ending, code, secondLives, unheard, startless, host, connectionPerEvent, 0);
                case 8 ->
                    with(Link.NONE, ending, code, secondLives, unheard, startless, host, connectionPerEvent, heldOpen);
                case 9 -> withoutReport();
                default ->
                    with(
                            link,
                            Ending.ATEXIT,
                            code,
                            secondLives,
                            unheard,
                            startless,
                            host,
                            connectionPerEvent,
                            heldOpen);
            };
        }

        static final int STEPS = 11;

        private Gene with(
                Link newLink,
                Ending newEnding,
                int newCode,
                int newSecond,
                boolean isUnheard,
                boolean isStartless,
                boolean isHost,
                boolean perEvent,
                int held) {
            return new Gene(
                    parent,
                    newLink,
                    after,
                    lives,
                    newEnding,
                    newCode,
                    offset,
                    newSecond,
                    secondEnding,
                    secondCode,
                    isUnheard,
                    isStartless,
                    isHost,
                    perEvent,
                    held,
                    report);
        }

        private Gene withoutReport() {
            return new Gene(
                    parent,
                    link,
                    after,
                    lives,
                    ending,
                    code,
                    offset,
                    secondLives,
                    secondEnding,
                    secondCode,
                    unheard,
                    startless,
                    host,
                    connectionPerEvent,
                    heldOpen,
                    false);
        }

        Gene below(int newParent) {
            return new Gene(
                    newParent,
                    link,
                    after,
                    lives,
                    ending,
                    code,
                    offset,
                    secondLives,
                    secondEnding,
                    secondCode,
                    unheard,
                    startless,
                    host,
                    connectionPerEvent,
                    heldOpen,
                    report);
        }
    }

    /** One process with everything settled: who, when, how. */
    static final class Proc {
        final int index;
        final Gene gene;
        final @Nullable Proc parent;
        final String sid;
        long pid;
        long began;
        /** The first life's end, kill or exec. */
        long end;

        Ending ending;
        /** 0 where it did not daemonize. */
        long secondEnd;

        @Nullable
        Proc successor;

        Link link;

        /** Something hangs under it. */
        boolean hasBelow;

        Proc(int index, Gene gene, @Nullable Proc parent) {
            this.index = index;
            this.gene = gene;
            this.parent = parent;
            this.link = gene.link();
            if (parent != null) {
                parent.hasBelow = true;
            }
            this.pid = 1000 + index;
            this.ending = gene.ending();
            long slot = parent == null ? 1 : (parent.began - EPOCH) / SLOT + 1 + gene.after();
            this.began = EPOCH + slot * SLOT + 50_000 + index * 10L;
            if (link == Link.SUCCESSOR && parent != null) {
                if (parent.successor == null && parent.ending == Ending.EXEC && parent.secondEnd == 0) {
                    parent.successor = this;
                    pid = parent.pid;
                    began = parent.end - parent.end % SLOT + 50_000 + index * 10L;
                    parent.end = began - 1_000;
                } else {
                    link = Link.NONE;
                }
            }
            // That an exit is the end is known a second later; what starts below it in that second cannot be placed in
            // time, should it belong further up.
            for (Proc above = parent; above != null; above = above.parent) {
                if (above.ending == Ending.EXIT_ONLY && (began > above.end || above.isBelowDaemonized())) {
                    above.ending = Ending.ATEXIT;
                }
                // Of two, the inner one's end is taken for known when the outer one's record is made.
                if (above.ending == Ending.EXIT_ONLY && ending == Ending.EXIT_ONLY) {
                    ending = Ending.ATEXIT;
                }
            }
            // The end of a successor is that of the process it was before, with all that hangs below that one.
            if (link == Link.SUCCESSOR && ending == Ending.EXIT_ONLY && isBelowDaemonized()) {
                ending = Ending.ATEXIT;
            }
            end = endOf(began, gene.lives());
            // Whether a process of the first life that goes on below somebody else's record owns one is known too late
            // for the record of the second life.
            for (Proc above = parent; above != null; above = above.parent) {
                if (above.parent != null && began < above.end && end > above.end) {
                    above.secondEnd = 0;
                }
            }
            secondEnd = gene.secondLives() > 0 && ending == Ending.ATEXIT && gene.heldOpen() == 0
                    ? endOf(end, gene.secondLives())
                    : 0;
            // The epoch of the story is the start of a day: seconds and microseconds are all that differs.
            long micros = began - EPOCH;
            String component = String.format(
                    Locale.ROOT,
                    "20261120T0000%02d.%06dZ-H0000abcd-P%08x",
                    micros / 1_000_000,
                    micros % 1_000_000,
                    pid);
            this.sid = parent == null ? component : parent.sid + "/" + component;
        }

        private long endOf(long from, int slots) {
            return from - from % SLOT + (long) slots * SLOT + gene.offset() * 5_000L + index;
        }

        private boolean isBelowDaemonized() {
            return parent != null && (parent.secondEnd > 0 || parent.isBelowDaemonized());
        }

        boolean isHeard() {
            return !gene.unheard();
        }

        boolean isStarted() {
            return isHeard() && !gene.startless();
        }

        /** Whether it is there only to tell what the process above it did to refs. */
        boolean isReport() {
            return gene.report()
                    && parent != null
                    && link != Link.SUCCESSOR
                    && isStarted()
                    && !gene.host()
                    && !hasBelow
                    && secondEnd == 0
                    && ending != Ending.EXEC;
        }

        /** Only where its ancestors outlive it: what is silent when its owner is finished counts as lost. */
        boolean isPerEvent() {
            for (Proc above = parent; above != null; above = above.parent) {
                if (above.end < end || above.ending != Ending.ATEXIT) {
                    return false;
                }
            }
            return gene.connectionPerEvent() && ending == Ending.ATEXIT && secondEnd == 0 && gene.lives() <= 8;
        }

        /** What inherits the connection; of what said no ending it would hide the end from everybody but the sweeper. */
        long heldOpen() {
            boolean heard = ending == Ending.ATEXIT || ending == Ending.SIGNAL;
            return heard ? gene.heldOpen() * SLOT : 0;
        }

        /** When nothing of this process, nor of what it became, is left. */
        long over() {
            return successor != null ? successor.over() : Math.max(end, secondEnd);
        }

        /** When its pid ends: a daemonized process is another one. */
        long pidEnd() {
            return successor != null ? successor.pidEnd() : end;
        }

        int codeSeen() {
            if (successor != null) {
                return successor.codeSeen();
            }
            return switch (ending) {
                case KILLED, EXEC -> 137;
                case SIGNAL -> 141;
                case ATEXIT, EXIT_ONLY -> gene.code();
            };
        }

        /** In which of its lives something happens: 1, 2, or 0 where it does not live. */
        int lifeAt(long time) {
            return time >= began && time < end ? 1 : secondEnd > 0 && time > end + 2_000 && time < secondEnd ? 2 : 0;
        }
    }

    final List<Gene> genes;
    final List<Proc> procs = new ArrayList<>();

    Family(List<Gene> genes) {
        this.genes = genes;
        for (int i = 0; i < genes.size(); i++) {
            Gene gene = genes.get(i);
            procs.add(new Proc(i, gene, gene.parent() < 0 ? null : procs.get(gene.parent())));
        }
    }

    static Family draw(RandomGenerator random) {
        List<Gene> genes = new ArrayList<>();
        int count = 1 + random.nextInt(MOST);
        for (int i = 0; i < count; i++) {
            genes.add(new Gene(
                    i == 0 ? -1 : random.nextInt(i),
                    Link.values()[random.nextInt(Link.values().length)],
                    random.nextInt(6),
                    1 + random.nextInt(random.nextInt(5) == 0 ? 25 : 8),
                    random.nextInt(3) > 0 ? Ending.ATEXIT : Ending.values()[random.nextInt(Ending.values().length)],
                    random.nextInt(3) == 0 ? 1 : 0,
                    random.nextInt(4),
                    random.nextInt(4) == 0 ? 1 + random.nextInt(8) : 0,
                    random.nextInt(4) == 0 ? Ending.KILLED : Ending.ATEXIT,
                    random.nextInt(4) == 0 ? 1 : 0,
                    random.nextInt(12) == 0,
                    random.nextInt(12) == 0,
                    random.nextInt(12) == 0,
                    random.nextInt(6) == 0,
                    random.nextInt(4) == 0 ? random.nextInt(12) : 0,
                    random.nextInt(4) == 0));
        }
        return new Family(genes);
    }

    /** The smallest family that is still worth looking at: leaves cut, stories made plainer. */
    static Family shrink(Family failing, Predicate<Family> fails) {
        Family smallest = failing;
        boolean smaller = true;
        while (smaller) {
            smaller = false;
            for (Family candidate : smallest.smaller()) {
                if (fails.test(candidate)) {
                    smallest = candidate;
                    smaller = true;
                    break;
                }
            }
        }
        return smallest;
    }

    private List<Family> smaller() {
        List<Family> candidates = new ArrayList<>();
        Set<Integer> parents = genes.stream().map(Gene::parent).collect(Collectors.toCollection(HashSet::new));
        for (int i = genes.size() - 1; i > 0; i--) {
            if (!parents.contains(i)) {
                candidates.add(new Family(without(i)));
            }
        }
        for (int i = 0; i < genes.size(); i++) {
            for (int step = 0; step < Gene.STEPS; step++) {
                Gene plainer = genes.get(i).plainer(step);
                if (!plainer.equals(genes.get(i))) {
                    List<Gene> changed = new ArrayList<>(genes);
                    changed.set(i, plainer);
                    candidates.add(new Family(changed));
                }
            }
        }
        return candidates;
    }

    private List<Gene> without(int leaf) {
        List<Gene> rest = new ArrayList<>();
        for (int i = 0; i < genes.size(); i++) {
            if (i != leaf) {
                Gene gene = genes.get(i);
                rest.add(gene.parent() > leaf ? gene.below(gene.parent() - 1) : gene);
            }
        }
        return rest;
    }

    /**
     * Whether no order can matter: nothing falls silent, so that nothing hangs on when that is noticed; and of
     * everything its parent tells, so that no record is done at once for which something is still unread.
     */
    boolean clockMayStand() {
        for (Proc proc : procs) {
            boolean silent = proc.ending == Ending.KILLED
                    || proc.ending == Ending.EXIT_ONLY
                    || (proc.ending == Ending.EXEC && (proc.successor == null || !proc.successor.isHeard()));
            Proc parent = proc.parent;
            boolean told = parent == null
                    || (proc.link == Link.SUCCESSOR && parent.isStarted())
                    || (proc.link != Link.NONE && parent.isStarted() && parent.lifeAt(proc.began - 500) > 0);
            if (!told
                    || silent
                    || (proc.secondEnd > 0 && proc.gene.secondEnding() == Ending.KILLED)
                    || proc.gene.startless()) {
                return false;
            }
        }
        return true;
    }

    /** The story, one line a process. */
    @Override
    public String toString() {
        StringBuilder story = new StringBuilder();
        for (Proc proc : procs) {
            int depth = proc.sid.split("/", -1).length - 1;
            story.append("  ".repeat(depth))
                    .append('#')
                    .append(proc.index)
                    .append(' ')
                    .append(proc.sid, proc.sid.length() - 8, proc.sid.length());
            story.append(
                    String.format(Locale.ROOT, " %d..%d ms", (proc.began - EPOCH) / 1000, (proc.end - EPOCH) / 1000));
            story.append(' ').append(proc.ending).append(' ').append(proc.gene.code());
            if (proc.secondEnd > 0) {
                story.append(String.format(
                        Locale.ROOT,
                        ", again ..%d ms %s %d",
                        (proc.secondEnd - EPOCH) / 1000,
                        proc.gene.secondEnding(),
                        proc.gene.secondCode()));
            }
            story.append(proc.parent == null ? "" : " " + proc.link);
            story.append(proc.gene.unheard() ? " unheard" : "").append(proc.gene.startless() ? " startless" : "");
            story.append(proc.gene.host() ? " host" : "")
                    .append(proc.isReport() ? " report" : "")
                    .append(proc.isPerEvent() ? " connection-per-event" : "");
            story.append(proc.heldOpen() > 0 ? " held open " + proc.heldOpen() / 1000 + " ms" : "")
                    .append('\n');
        }
        return story.toString();
    }
}
