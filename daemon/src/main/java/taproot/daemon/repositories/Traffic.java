package taproot.daemon.repositories;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.RunningProcess;

/**
 * Who may have moved refs, when, and where: the processes that ended lately. Of more than
 * are remembered it says that they may have been anywhere. Putting in never waits.
 */
final class Traffic {
    private static final int REMEMBERED = 8192;
    static final long STILL_RUNS = Long.MAX_VALUE;

    /** A file's time is that of the kernel's last tick, which may be so long before the write, in microseconds. */
    static final long TICK = 10_000;

    /**
     * A process that may move refs.
     *
     * @param sid empty for one that stands for many
     * @param worktree as it said; null where it said nothing
     * @param end {@link #STILL_RUNS} where it does
     */
    record Passage(String sid, @Nullable String worktree, Journey journey, long start, long end) {}

    /** What is shared by the processes of one record: where those were that did not say, and whether it is settled. */
    static final class Journey {
        private volatile @Nullable Known known;
        private volatile @Nullable RawPath family;
        private volatile boolean settled;

        void foundAt(Known found) {
            known = found;
        }

        @Nullable
        Known known() {
            return known;
        }

        /** What it wrote in the family with this common directory is accounted for. */
        void settle(RawPath commonDir) {
            family = commonDir;
            settled = true;
        }

        /** Nobody will account for what it wrote. */
        void giveUp() {
            settled = true;
        }

        boolean isSettled() {
            return settled;
        }

        /** Whether what it wrote there before this time may still be found: it may have been written just then. */
        boolean mayBeFound(RawPath commonDir, long end, long from) {
            return !settled || (end > from && !commonDir.equals(family));
        }
    }

    /** A passage that was noted, and all that were noted before it. */
    private static final class Noted {
        final Passage passage;
        final long number;

        /** Of it and all before it. */
        final long latestEnd;

        /** Null where those before it are forgotten, or were never any. */
        volatile @Nullable Noted before;

        /** The latest end of those before it that are forgotten; said before they are. */
        volatile long forgotten = Long.MIN_VALUE;

        Noted(Passage passage, @Nullable Noted before) {
            this.passage = passage;
            this.before = before;
            this.number = before == null ? 1 : before.number + 1;
            this.latestEnd = before == null ? passage.end : Math.max(before.latestEnd, passage.end);
        }
    }

    private final AtomicReference<@Nullable Noted> newest = new AtomicReference<>();

    /** Those among them that are not accounted for, or were not when somebody last looked. */
    private final Set<Passage> unsettled = ConcurrentHashMap.newKeySet();

    private final int most;

    Traffic() {
        this(REMEMBERED);
    }

    /** @param most how many are remembered */
    Traffic(int most) {
        this.most = most;
    }

    /** Notes the processes of a finished record that may have moved refs; whether there are any. */
    @Nullable
    Journey note(CommandRecord record) {
        if (record.readOnly() && record.processes().size() < 2) {
            return null;
        }
        Journey journey = new Journey();
        long end = end(record);
        int noted = 0;
        for (CommandRecord.ProcessEntry process : record.processes()) {
            boolean onlyStarted = process.sid().equals(record.sid()) && onlyStartsOthers(record);
            if (!process.detached() && !onlyStarted && Movers.mayMove(process.argv(), process.command())) {
                CommandRecord.Repository said = process.repository();
                Long start = process.startedAt();
                Long took = process.durationUs();
                String worktree = said == null ? served(process.argv()) : said.worktree();
                add(new Passage(
                        process.sid(),
                        worktree,
                        journey,
                        start == null ? record.startedAt() : start,
                        start == null || took == null ? end : start + took));
                noted++;
            }
        }
        if (record.dropped().containsKey("processes")) {
            add(new Passage("", null, journey, record.startedAt(), end));
            noted++;
        }
        return noted == 0 ? null : journey;
    }

    /** Who receives a push is told which repository, as the last word; most often it is bare, and has no work tree. */
    private static @Nullable String served(List<String> argv) {
        return serves(argv) && argv.getLast().startsWith("/") ? argv.getLast() : null;
    }

    /** Whether it receives a push. */
    static boolean serves(List<String> argv) {
        String program = argv.isEmpty() ? "" : argv.getFirst();
        return program.endsWith("git-receive-pack")
                || (argv.size() > 1 && argv.get(1).equals("receive-pack"));
    }

    /** An alias or a dashed program: the process itself only waits for another. */
    private static boolean onlyStartsOthers(CommandRecord record) {
        String hierarchy = record.hierarchy();
        return hierarchy != null
                && hierarchy.substring(hierarchy.lastIndexOf('/') + 1).startsWith("_run_");
    }

    /** When the last of its processes ended; that of a killed one is not known before now. */
    static long end(CommandRecord record) {
        Long finishedAt = record.finishedAt();
        long end = finishedAt == null ? Micros.now() : finishedAt;
        for (CommandRecord.ProcessEntry process : record.processes()) {
            Long start = process.startedAt();
            Long took = process.durationUs();
            if (!process.detached() && start != null) {
                end = Math.max(end, took == null ? start : start + took);
            }
        }
        return end;
    }

    private void add(Passage passage) {
        unsettled.add(passage);
        Noted noted = newest.updateAndGet(before -> new Noted(passage, before));
        if (noted.number % Math.max(1, most / 4) == 0) {
            forget(noted);
        }
    }

    /** Keeps as many as are remembered; between two calls there are up to a quarter more. */
    private void forget(Noted last) {
        Noted oldest = last;
        for (long n = 1; n < most; n++) {
            Noted before = oldest.before;
            if (before == null) {
                return;
            }
            oldest = before;
        }
        Noted before = oldest.before;
        if (before != null) {
            oldest.forgotten = before.latestEnd;
            oldest.before = null;
        }
        unsettled.removeIf(passage -> passage.journey.isSettled());
    }

    /** Those among them that may have moved refs by now. */
    static List<Passage> passages(List<RunningProcess> processes) {
        List<Passage> passages = new ArrayList<>();
        for (RunningProcess process : processes) {
            // It says what it runs before it does it: who has not said so has written nothing of what was read before.
            if (process.acting() && Movers.mayMove(process.argv(), process.command())) {
                CommandRecord.Repository said = process.repository();
                String worktree = said == null ? null : said.worktree();
                passages.add(new Passage(
                        process.sid().value(),
                        worktree == null ? served(process.argv()) : worktree,
                        new Journey(),
                        process.startedAt(),
                        process.ended() ? process.endedAt() : STILL_RUNS));
            }
        }
        return passages;
    }

    /** Where those were, as they said, who run or ended lately and whose repository is not known otherwise. */
    Set<String> worktrees(List<Passage> running) {
        Set<String> worktrees = new HashSet<>();
        for (Iterable<Passage> some : List.of(running, unsettled)) {
            for (Passage passage : some) {
                if (passage.worktree != null && !passage.journey.isSettled()) {
                    worktrees.add(passage.worktree);
                }
            }
        }
        return worktrees;
    }

    /**
     * Those but the record's own that went on at any time since it began, or before it without being accounted for; null
     * where some of them are forgotten. Looks no further back than to where all had ended before it began.
     */
    @Nullable
    List<Passage> beside(CommandRecord record, RawPath commonDir, List<Passage> running) {
        Set<String> own =
                record.processes().stream().map(CommandRecord.ProcessEntry::sid).collect(Collectors.toSet());
        List<Passage> beside = new ArrayList<>();
        long from = record.startedAt() - TICK;
        Predicate<Passage> concerns = passage -> !own.contains(passage.sid)
                && (passage.end > record.startedAt() || passage.journey.mayBeFound(commonDir, passage.end, from));
        running.stream().filter(concerns).forEach(beside::add);
        Noted noted = newest.get();
        while (noted != null && noted.latestEnd > from) {
            if (noted.passage.end > from && concerns.test(noted.passage)) {
                beside.add(noted.passage);
            }
            Noted before = noted.before;
            if (before == null && noted.forgotten > record.startedAt()) {
                return null;
            }
            noted = before;
        }
        for (Iterator<Passage> others = unsettled.iterator(); others.hasNext(); ) {
            Passage passage = others.next();
            if (passage.journey.isSettled()) {
                others.remove();
            } else if (passage.end <= from && concerns.test(passage)) {
                beside.add(passage);
            }
        }
        return beside;
    }
}
