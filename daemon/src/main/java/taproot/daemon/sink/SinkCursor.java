package taproot.daemon.sink;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.LogEntry;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogPage;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.RemovedRange;
import taproot.daemon.log.SetAside;
import taproot.daemon.log.SinkChange;
import taproot.daemon.log.SinkState;
import taproot.daemon.log.StoredCommand;
import taproot.normalizer.RecordJson;

/**
 * A sink's place in the log: reads what comes next and remembers how far it got. What is remembered is committed when a
 * method returns. For the sink's own thread.
 */
final class SinkCursor implements AutoCloseable {
    private static final int PAGE = 128;

    private final String sink;
    private final String logId;
    private final CommandLog log;
    private final LogReader reader;
    private SinkState state;

    /**
     * A stretch of the log, or records that were set aside.
     *
     * @param upTo where the cursor stands behind it
     * @param missing records that are gone
     * @param unreadable what is no record of this version; to be set aside
     */
    record Stretch(List<SinkRecord> records, long upTo, long missing, List<SetAside> unreadable) {
        boolean isEmpty() {
            return records.isEmpty() && unreadable.isEmpty();
        }
    }

    private SinkCursor(String sink, String logId, CommandLog log, LogReader reader, SinkState state) {
        this.sink = sink;
        this.logId = logId;
        this.log = log;
        this.reader = reader;
        this.state = state;
    }

    /** @throws LogException if the log cannot be read, or does not know the sink yet */
    static SinkCursor open(String sink, Path stateDirectory, CommandLog log) throws LogException {
        LogReader reader = LogReader.open(stateDirectory);
        try {
            SinkState state = reader.sink(sink);
            if (state == null) {
                throw new LogException(
                        LogException.Kind.OTHER_LOG,
                        "the log in " + stateDirectory + " does not know the sink " + sink);
            }
            return new SinkCursor(sink, reader.logId(), log, reader, state);
        } catch (LogException e) {
            reader.close();
            throw e;
        }
    }

    String logId() {
        return logId;
    }

    SinkState state() {
        return state;
    }

    /** The next stretch after the cursor, as long as the limits allow; a first record that is too large goes alone. */
    Stretch read(int mostRecords, long mostBytes) throws LogException {
        return read(mostRecords, mostBytes, Long.MAX_VALUE);
    }

    /** What the batch consists of that was frozen. */
    Stretch read(SinkState.Frozen frozen) throws LogException {
        if (frozen.round() == 0) {
            return read(Integer.MAX_VALUE, Long.MAX_VALUE, frozen.last());
        }
        List<StoredCommand> commands = new ArrayList<>();
        for (SetAside aside : reader.asideOfRound(sink, frozen.round())) {
            commands.add(new StoredCommand(aside.seq(), aside.key(), aside.json()));
        }
        return stretch(commands, state.cursor(), 0);
    }

    private Stretch read(int mostRecords, long mostBytes, long last) throws LogException {
        List<StoredCommand> commands = new ArrayList<>();
        long at = state.cursor();
        long missing = 0;
        long bytes = 0;
        while (at < last && commands.size() < mostRecords) {
            LogPage page = reader.after(at, Math.min(PAGE, mostRecords - commands.size()));
            if (page.upTo() == at) {
                break;
            }
            for (LogEntry entry : page.entries()) {
                switch (entry) {
                    case RemovedRange gone
                    when gone.from() <= last -> {
                        at = Math.min(last, gone.to());
                        missing += at - gone.from() + 1;
                    }
                    case StoredCommand command
                    when command.seq() <= last -> {
                        bytes += command.json().length;
                        if (bytes > mostBytes && !commands.isEmpty()) {
                            return stretch(commands, at, missing);
                        }
                        commands.add(command);
                        at = command.seq();
                    }
                    case RemovedRange _, StoredCommand _ -> {
                        return stretch(commands, last, missing);
                    }
                }
            }
        }
        return stretch(commands, at, missing);
    }

    private static Stretch stretch(List<StoredCommand> commands, long upTo, long missing) {
        List<SinkRecord> records = new ArrayList<>(commands.size());
        List<SetAside> unreadable = new ArrayList<>();
        for (StoredCommand command : commands) {
            try {
                records.add(new SinkRecord(
                        command.seq(),
                        command.key(),
                        command.json(),
                        RecordJson.read(command.json()).record()));
            } catch (IOException e) {
                String reason = "not a record that this version reads: " + e.getMessage();
                unreadable.add(
                        new SetAside(command.seq(), command.key(), false, reason, Instant.now(), 0, 0, command.json()));
            }
        }
        return new Stretch(records, upTo, missing, unreadable);
    }

    /** When the first record that this sink has not had was committed; null if it has had all. */
    @Nullable
    Instant oldest() throws LogException {
        return reader.committedAfter(state.cursor());
    }

    /** The bytes of what is waiting, counted no further than a batch goes. */
    long bytesWaiting(int mostRecords) throws LogException {
        return reader.bytesAfter(state.cursor(), mostRecords);
    }

    /** Where the cursor would have to stand to read what was committed at this time and later. */
    long before(Instant time) throws LogException {
        return reader.before(time);
    }

    List<SetAside> waitingAside(int most) throws LogException {
        return reader.waitingAside(sink, most);
    }

    long countAside() throws LogException {
        return reader.countAside(sink);
    }

    /** Remembers where the sink stands, with what was set aside or is not any more. */
    void progress(SinkState next, List<SetAside> aside, List<Long> sent) throws LogException, InterruptedException {
        await(log.store(new SinkChange.Progress(logId, next, aside, sent)));
        state = next;
    }

    /** What was set aside is to be sent again. */
    void resendAside() throws LogException, InterruptedException {
        await(log.store(new SinkChange.Resend(logId, sink)));
    }

    /** What was set aside is given up. */
    void discardAside() throws LogException, InterruptedException {
        await(log.store(new SinkChange.Discard(logId, sink)));
    }

    private static void await(CompletionStage<Void> stored) throws LogException, InterruptedException {
        try {
            stored.toCompletableFuture().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof LogException failure) {
                throw failure;
            }
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws LogException {
        reader.close();
    }
}
