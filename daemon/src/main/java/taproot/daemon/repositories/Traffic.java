package taproot.daemon.repositories;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.RunningProcess;

/**
 * Who may have moved refs, when, and where: the processes that ended lately, and, asked for, those that run. Of more than
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

    private final ConcurrentLinkedQueue<Passage> passed = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicBoolean trimming = new AtomicBoolean();

    /** The latest end of those that were forgotten. */
    private final AtomicLong forgotten = new AtomicLong(Long.MIN_VALUE);

    private final Supplier<List<RunningProcess>> running;
    private final int most;

    /** @param running the processes whose records are not finished, but for those that only read */
    Traffic(Supplier<List<RunningProcess>> running) {
        this(running, REMEMBERED);
    }

    /** @param most how many are remembered */
    Traffic(Supplier<List<RunningProcess>> running, int most) {
        this.running = running;
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
        passed.add(passage);
        // One trims at a time, and whoever comes meanwhile leaves it to him: what he removes he has said to be
        // forgotten.
        if (size.incrementAndGet() > most && trimming.compareAndSet(false, true)) {
            try {
                while (size.get() > most) {
                    Passage oldest = passed.peek();
                    if (oldest == null) {
                        return;
                    }
                    forgotten.accumulateAndGet(oldest.end, Math::max);
                    var unused = passed.poll();
                    size.decrementAndGet();
                }
            } finally {
                trimming.set(false);
            }
        }
    }

    /** Those that run, or have ended without being on a record yet. */
    List<Passage> running() {
        List<Passage> passages = new ArrayList<>();
        for (RunningProcess process : running.get()) {
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
        for (Iterable<Passage> some : List.of(running, passed)) {
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
     * where some of them are forgotten.
     */
    @Nullable
    List<Passage> beside(CommandRecord record, RawPath commonDir, List<Passage> running) {
        Set<String> own =
                record.processes().stream().map(CommandRecord.ProcessEntry::sid).collect(Collectors.toSet());
        List<Passage> beside = new ArrayList<>();
        for (Iterable<Passage> some : List.of(running, passed)) {
            for (Passage passage : some) {
                boolean concerns = passage.end > record.startedAt()
                        || passage.journey.mayBeFound(commonDir, passage.end, record.startedAt() - TICK);
                if (concerns && !own.contains(passage.sid)) {
                    beside.add(passage);
                }
            }
        }
        // Asked last: what was removed meanwhile was called forgotten before.
        return forgotten.get() > record.startedAt() ? null : beside;
    }
}
