package taproot.daemon.replay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import taproot.daemon.metrics.Counters;
import taproot.daemon.roots.Roots;
import taproot.normalizer.EventDecoder;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Settings;

/**
 * Plays recorded files into roots of their own, the lines of all files merged by their event times, with the clock that
 * those times make: the records are those that a daemon would have made when it happened, and depend on nothing else.
 * What has no ending is lost. Holds an entry for each file and buffers for those whose processes ran at the same time.
 *
 * <p>A file is taken for the connection that would have carried it: when its last line, or the last line of one of
 * several processes in it, has been read, that is closed. One thread only.
 */
public final class Replay {
    /** Told now and then how far it is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * @param read bytes of events that were replayed
         * @param of bytes of events; 0 while files are still looked through
         */
        void at(long read, long of);
    }

    private final Settings settings;
    private final int completedGuard;
    private final long scratchTotal;
    private final int lineLimit;
    private final Counters counters;
    private final Consumer<FinishedCommand> log;

    /** @param log takes the finished commands, on the thread that replays; it may block */
    public Replay(
            Settings settings,
            int completedGuard,
            long scratchTotal,
            int lineLimit,
            Counters counters,
            Consumer<FinishedCommand> log) {
        this.settings = settings;
        this.completedGuard = completedGuard;
        this.scratchTotal = scratchTotal;
        this.lineLimit = lineLimit;
        this.counters = counters;
        this.log = log;
    }

    /**
     * Plays what is in the files and below the directories.
     *
     * @throws IOException when one of the paths named does not exist
     */
    public Played play(List<Path> paths, Progress progress) throws IOException {
        progress.at(0, 0);
        Survey survey = new Survey(lineLimit);
        for (Path path : paths) {
            survey.add(path);
        }
        List<SkippedFile> skipped = new ArrayList<>(survey.skipped);
        merge(survey, skipped, progress);
        skipped.sort(Comparator.comparing(SkippedFile::path));
        return new Played(survey.files.size(), survey.bytes, List.copyOf(skipped));
    }

    private void merge(Survey survey, List<SkippedFile> skipped, Progress progress) {
        EventDecoder decoder = new EventDecoder();
        PriorityQueue<Recording> recordings = new PriorityQueue<>();
        int ordinal = 0;
        for (RecordedFile file : survey.files) {
            recordings.add(new Recording(file, ++ordinal, lineLimit, decoder));
        }
        Recording first = recordings.peek();
        VirtualTime time = new VirtualTime(first == null ? 0 : first.time());
        Roots roots = new Roots(
                settings, completedGuard, scratchTotal, time, counters, time, log, Replay::everythingSentWasRead);
        long read = 0;
        for (Recording next = recordings.poll(); next != null; next = recordings.poll()) {
            time.advanceTo(next.time());
            long before = next.position();
            try {
                Recording other = recordings.peek();
                if (goOn(next, other == null ? Long.MAX_VALUE : other.time(), roots, time)) {
                    recordings.add(next);
                }
            } catch (IOException e) {
                skipped.add(new SkippedFile(next.path(), SkipReason.UNREADABLE));
                next.end(roots);
            }
            read += next.position() - before;
            progress.at(read, survey.bytes);
        }
        time.runOut();
    }

    /** Plays one recording until another one has earlier events; false when it is over. */
    private boolean goOn(Recording recording, long until, Roots roots, VirtualTime time) throws IOException {
        if (!recording.isBegun() && !recording.next()) {
            return false;
        }
        while (recording.time() <= until) {
            time.advanceTo(recording.time());
            recording.apply(roots, counters);
            if (!recording.next()) {
                recording.end(roots);
                return false;
            }
        }
        return true;
    }

    /** The lines come in the order of their times: what git had sent before this moment has been read. */
    private static void everythingSentWasRead(Runnable then) {
        then.run();
    }
}
