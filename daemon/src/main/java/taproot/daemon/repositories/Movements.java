package taproot.daemon.repositories;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.CommandRecord;

/**
 * Finds out which refs the commands of each family moved, by its reflogs; family by family, in rounds. A round takes the
 * commands that have ended, and
 *
 * <ol>
 *   <li>reads their reflogs. Where nothing is new they have moved nothing, and that is all;
 *   <li>asks who runs when everything has been read that git has sent: whoever had written what was read is then known to
 *       run, or to have run;
 *   <li>attributes, in the order in which the commands began.
 * </ol>
 *
 * <p>A second round of the same family waits for the first. Nothing waits on a thread.
 */
final class Movements {
    /** So long a command waits for those before it that are not accounted for: they linger for their children. */
    private static final Duration PATIENCE = Duration.ofMillis(150);

    private static final Duration PAUSE = Duration.ofMillis(5);

    /** So long it waits to be told in which repositories others run. */
    private static final Duration LOOKING = Duration.ofMillis(100);

    private static final int MOST_LOOKUPS = 64;

    /** Runs something a little later. */
    interface Later {
        void run(Duration delay, Runnable task);
    }

    /** A command whose ref changes are looked for. */
    record Mover(Pending.Item item, Known known, Traffic.Journey journey) {
        CommandRecord record() {
            return item.command.record();
        }

        boolean mayWait() {
            return System.nanoTime() - item.since < PATIENCE.toNanos();
        }
    }

    /** What of it can be said goes here; on a lane's thread. */
    interface Done {
        void done(Mover mover, Attribution.Found found);
    }

    private final ConcurrentHashMap<String, List<Mover>> waiting = new ConcurrentHashMap<>();
    private final Lanes lanes;
    private final Cursors cursors;
    private final Traffic traffic;
    private final Resolver resolver;
    private final Repositories.Witness witness;
    private final Later later;
    private final Counters counters;
    private final Done done;

    Movements(
            Lanes lanes,
            Cursors cursors,
            Traffic traffic,
            Resolver resolver,
            Repositories.Witness witness,
            Later later,
            Counters counters,
            Done done) {
        this.lanes = lanes;
        this.cursors = cursors;
        this.traffic = traffic;
        this.resolver = resolver;
        this.witness = witness;
        this.later = later;
        this.counters = counters;
        this.done = done;
    }

    /** Looks for what it moved, at once or with the next round of its family. On a lane's thread. */
    void look(Mover mover) {
        String family = mover.known.family();
        boolean[] first = {false};
        waiting.compute(family, (_, known) -> {
            List<Mover> movers = known;
            if (movers == null) {
                movers = new ArrayList<>(2);
                first[0] = true;
            }
            movers.add(mover);
            return movers;
        });
        if (first[0]) {
            round(family);
        }
    }

    /** A lane of its own: the family's directory is often also a name by which commands are looked up. */
    private void submit(String family, Runnable task) {
        lanes.submit("reflogs:" + family, task);
    }

    private List<Mover> takeWaiting(String family) {
        List<List<Mover>> taken = new ArrayList<>(1);
        waiting.computeIfPresent(family, (_, movers) -> {
            taken.add(movers);
            return new ArrayList<>(2); // While it is there no other round begins.
        });
        return taken.isEmpty() ? List.of() : taken.getFirst();
    }

    private void round(String family) {
        List<Mover> movers = new ArrayList<>(takeWaiting(family));
        movers.sort(Comparator.comparingLong(mover -> mover.record().startedAt()));
        Reflogs reflogs = new Reflogs(cursors);
        try {
            for (Mover mover : movers) {
                Attribution.read(mover.record(), mover.known.place(), reflogs);
            }
        } catch (IOException | RuntimeException | Error e) {
            failed(e);
            movers.forEach(mover -> finish(mover, Attribution.Found.UNCERTAIN));
            next(family);
            return;
        }
        reflogs.readUntilNow();
        boolean told = movers.stream().allMatch(mover -> mover.record().refConfidence() != null);
        if (told || !reflogs.hasNew()) {
            attribute(family, movers, reflogs, List.of(), false);
            return;
        }
        witness.changing(processes -> step(family, movers, () -> {
            List<Traffic.Passage> running = Traffic.passages(processes);
            whenPlaced(running, () -> step(family, movers, () -> attribute(family, movers, reflogs, running, true)));
        }));
    }

    /** A step of a round. A defect ends the round: as long as it goes on, no other of the family begins. */
    private void step(String family, List<Mover> movers, Runnable task) {
        submit(family, () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                counters.defect("attributing ref changes", e);
                movers.forEach(mover -> finish(mover, Attribution.Found.UNCERTAIN));
                next(family);
            }
        });
    }

    /** Has it looked up in which repositories those ran that are not known yet; each by itself, and not for long. */
    private void whenPlaced(List<Traffic.Passage> running, Runnable action) {
        Set<String> unknown = traffic.worktrees(running).stream()
                .filter(worktree -> resolver.remembered(worktree) == null)
                .limit(MOST_LOOKUPS)
                .collect(Collectors.toSet());
        if (unknown.isEmpty()) {
            action.run();
            return;
        }
        AtomicInteger left = new AtomicInteger(unknown.size());
        AtomicBoolean over = new AtomicBoolean();
        Runnable goOn = () -> {
            if (over.compareAndSet(false, true)) {
                action.run();
            }
        };
        later.run(LOOKING, goOn);
        for (String worktree : unknown) {
            lanes.submit(RawPath.ofText(worktree).bytes(), () -> {
                var unused = resolver.find(new Clue.Target(RawPath.ofText(worktree), null), worktree);
                if (left.decrementAndGet() == 0) {
                    goOn.run();
                }
            });
        }
    }

    /** @param mayWait whether there is anything that others may have written */
    private void attribute(
            String family, List<Mover> movers, Reflogs reflogs, List<Traffic.Passage> running, boolean mayWait) {
        for (int i = 0; i < movers.size(); i++) {
            Mover mover = movers.get(i);
            Attribution.Found found = Attribution.Found.UNCERTAIN;
            try {
                Company company = company(mover, reflogs, running);
                if (mayWait && company.early() && mover.mayWait()) {
                    reflogs.keep();
                    postpone(family, movers.subList(i, movers.size()));
                    return;
                }
                found = attribute(mover, reflogs, company);
            } catch (IOException | RuntimeException e) {
                failed(e);
            }
            finish(mover, found);
        }
        reflogs.keep();
        next(family);
    }

    private void postpone(String family, List<Mover> movers) {
        waiting.computeIfPresent(family, (_, others) -> {
            others.addAll(movers);
            return others;
        });
        later.run(PAUSE, () -> submit(family, () -> round(family)));
    }

    private Company company(Mover mover, Reflogs reflogs, List<Traffic.Passage> running) {
        CommandRecord record = mover.record();
        return Company.of(
                record.startedAt(),
                Traffic.end(record),
                traffic.beside(record, mover.known.place().commonDir(), running),
                reflogs.readAt(),
                other -> nearness(other, mover.known));
    }

    private Attribution.Found attribute(Mover mover, Reflogs reflogs, Company company) throws IOException {
        CommandRecord record = mover.record();
        Attribution attribution = new Attribution(record, mover.known, reflogs, company);
        if (record.refConfidence() != null) {
            attribution.passOver();
            return new Attribution.Found(record.refChanges(), record.refConfidence());
        }
        return servesItself(mover) ? attribution.giveUp() : attribution.find();
    }

    /** Whether it pushes into its own family: what moved there, it has not moved itself. */
    private static boolean servesItself(Mover mover) {
        RawPath commonDir = mover.known.place().commonDir();
        return mover.record().processes().stream()
                .filter(process -> Traffic.serves(process.argv()))
                .map(process -> RawPath.ofText(process.argv().getLast()))
                .anyMatch(path -> !path.isAbsolute()
                        || path.isInOrAt(commonDir)
                        || path.child(".git").equals(commonDir));
    }

    private Company.Nearness nearness(Traffic.Passage other, Known here) {
        String worktree = other.worktree();
        Known there = worktree == null ? other.journey().known() : resolver.remembered(worktree);
        if (there == null || there.place().gitDir().equals(here.place().gitDir())) {
            return Company.Nearness.HERE;
        }
        return there.place().commonDir().equals(here.place().commonDir())
                ? Company.Nearness.IN_FAMILY
                : Company.Nearness.ELSEWHERE;
    }

    /** What it wrote in other repositories, by what it started there, is not looked for. */
    private void giveUpElsewhere(Mover mover) {
        for (CommandRecord.ProcessEntry process : mover.record().processes()) {
            CommandRecord.Repository said = process.repository();
            String worktree = said == null ? null : said.worktree();
            Known there = worktree == null ? null : resolver.remembered(worktree);
            GitPlace here = mover.known.place();
            if (there != null && !there.place().commonDir().equals(here.commonDir())) {
                blur(there);
            } else if (there != null && !there.place().gitDir().equals(here.gitDir())) {
                cursors.blur(there.place().gitDir().child("logs/HEAD"), Micros.now());
            }
        }
    }

    private void finish(Mover mover, Attribution.Found found) {
        giveUpElsewhere(mover);
        mover.journey.settle(mover.known.place().commonDir());
        done.done(mover, found);
    }

    /** Nobody waits any longer for what it wrote: whoever comes next must not get it. */
    void giveUp(Traffic.@Nullable Journey journey) {
        Known known = journey == null ? null : journey.known();
        if (known != null) {
            blur(known);
        }
    }

    private void blur(Known known) {
        long now = Micros.now();
        cursors.blur(known.place().commonDir().child("logs/refs"), now);
        cursors.blur(known.place().gitDir().child("logs/HEAD"), now);
    }

    /** Begins the next round where somebody waits for it. */
    private void next(String family) {
        boolean[] more = {false};
        waiting.computeIfPresent(family, (_, movers) -> {
            more[0] = !movers.isEmpty();
            return more[0] ? movers : null;
        });
        if (more[0]) {
            submit(family, () -> round(family));
        }
    }

    /** A file system that refuses is no defect, and costs an attribution. */
    private void failed(Throwable e) {
        if (!(e instanceof IOException)) {
            counters.defect("attributing ref changes", e);
        }
    }
}
