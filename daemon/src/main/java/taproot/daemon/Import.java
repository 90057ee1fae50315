package taproot.daemon;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import taproot.daemon.config.Config;
import taproot.daemon.config.Places;
import taproot.daemon.config.PlacesException;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.LogException;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.daemon.replay.Played;
import taproot.daemon.replay.Replay;
import taproot.daemon.repositories.Repositories;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Effects;
import taproot.normalizer.FinishedCommand;
import taproot.normalizer.Redactor;

/**
 * The import of recorded streams: a replay wired to the log, with a writer of its own. A command that the log holds under
 * its key is not recorded again.
 *
 * <p>A daemon may run on the same state directory: each group takes SQLite's write lock before it reads the head, so that
 * seq has no gap however two writers take turns, and whoever finds the lock taken tries again. The daemon's own status and
 * its subscribers learn of the imported records with its next commit.
 */
public final class Import {
    /** So much may wait for the log before the replay waits for it; well below the queue's own limit. */
    private static final long AHEAD = 2 << 20;

    /** What a record occupies besides its trace, roughly. */
    private static final long RECORD = 4 << 10;

    /** A log that takes nothing for so long is given up. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final CommandLog log;
    private final Predicate<CommandRecord> ignored;
    private long ahead;

    private Import(CommandLog log, Predicate<CommandRecord> ignored) {
        this.log = log;
        this.ignored = ignored;
    }

    /**
     * Imports what is in the files, and below the directories.
     *
     * @throws IOException when a path does not exist, or the log cannot be written; the message says which
     */
    public static Imported run(Config config, Places places, List<Path> paths, Replay.Progress progress)
            throws IOException, InterruptedException {
        Counters counters = new Counters();
        try {
            places.prepareStateDirectory();
            CommandLog log = CommandLog.open(
                    places.stateDirectory(),
                    Daemon.logSettings(config.log()),
                    new StoredForm(new Redactor(config.redact().patterns(), new EndlessPatterns(counters))),
                    counters);
            try {
                Played played = new Import(
                                log, Repositories.ignoring(config.ingest().ignore()))
                        .play(config, counters, paths, progress);
                return new Imported(played, counters);
            } finally {
                log.close(PATIENCE);
            }
        } catch (PlacesException | LogException e) {
            throw new IOException(e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private Played play(Config config, Counters counters, List<Path> paths, Replay.Progress progress)
            throws IOException {
        await(log.opened());
        Config.Roots roots = config.roots();
        Played played = new Replay(
                        Daemon.settings(config),
                        roots.completedGuard(),
                        roots.scratchTotal(),
                        config.ingest().lineLimit(),
                        counters,
                        this::append)
                .play(paths, progress);
        await(log.committed());
        return played;
    }

    private void append(FinishedCommand command) {
        if (ignored.test(command.record())) {
            return;
        }
        ahead += RECORD + command.trace().length;
        if (ahead > AHEAD) {
            await(log.committed());
            ahead = 0;
        }
        // Where it ran is as git said it then: what is there now says nothing of it.
        CommandRecord record = command.record();
        if (!log.append(command.with(record.withEffects(Effects.of(record))))) {
            throw new UncheckedIOException(new IOException("the log takes no more: it is full or closed"));
        }
    }

    private void await(CompletionStage<?> stage) {
        try {
            stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw failed(String.valueOf(cause.getMessage()), cause);
        } catch (TimeoutException e) {
            String error = log.status().lastError();
            throw failed(
                    "the log took nothing for " + PATIENCE.toSeconds() + " s" + (error == null ? "" : ": " + error), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted", e);
        }
    }

    private static UncheckedIOException failed(String message, Throwable cause) {
        return new UncheckedIOException(message, new IOException(message, cause));
    }

    /**
     * What an import did.
     *
     * @param counters of the import alone
     */
    public record Imported(Played played, Counters counters) {
        /** Records that were not in the log before. */
        public long recorded() {
            return counters.get(Counter.RECORDS_COMMITTED);
        }

        /** Records that were. */
        public long alreadyThere() {
            return counters.get(Counter.RECORDS_DUPLICATE);
        }
    }
}
