package taproot.cli.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Progress;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.StoredCommand;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.RecordJson;

/** What commands do with the log; with or without a daemon, since the database is opened to read only. */
public final class Log {
    private Log() {}

    /** Takes one record; may be unable to write it out. */
    public interface Sink {
        void accept(StoredCommand command) throws OutputClosedException, CommandFailedException;
    }

    public static LogReader open(Path stateDirectory) throws CommandFailedException {
        try {
            return LogReader.open(stateDirectory);
        } catch (LogException e) {
            throw failed(e);
        }
    }

    /** Hands the records over one by one, oldest first. */
    public static void read(LogReader log, CommandQuery query, Sink sink)
            throws CommandFailedException, OutputClosedException {
        try {
            log.query(query, command -> {
                try {
                    sink.accept(command);
                } catch (OutputClosedException | CommandFailedException e) {
                    throw new StoppedReading(e);
                }
            });
        } catch (StoppedReading e) {
            switch (e.reason) {
                case OutputClosedException closed -> throw closed;
                case CommandFailedException failed -> throw failed;
                default -> throw e;
            }
        } catch (LogException e) {
            throw failed(e);
        }
    }

    /**
     * The same with somebody watching. Unless it goes into a file, what is read shows by itself how far it has come, and may
     * be on the same screen (a pager).
     */
    static void read(LogReader log, CommandQuery query, Progress progress, Sink sink)
            throws CommandFailedException, OutputClosedException {
        long[] n = new long[1];
        boolean watched = !Files.isRegularFile(Path.of("/proc/self/fd/1"));
        read(log, query, command -> {
            if (watched) {
                progress.close();
            } else if (++n[0] % 1_000 == 0) {
                progress.at(String.format(Locale.ROOT, "reading the log: %,d records", n[0]));
            }
            sink.accept(command);
        });
    }

    /** Carries out of the reader's consumer what that may not throw. */
    private static final class StoppedReading extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Exception reason;

        StoppedReading(Exception reason) {
            super(reason);
            this.reason = reason;
        }
    }

    public static List<CommandRecord> records(LogReader log, CommandQuery query)
            throws CommandFailedException, OutputClosedException {
        List<CommandRecord> records = new ArrayList<>();
        read(log, query, command -> records.add(record(command)));
        return records;
    }

    public static CommandRecord record(StoredCommand command) throws CommandFailedException {
        try {
            return RecordJson.read(command.json()).record();
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitStatus.FAILED,
                    "record " + command.seq() + " cannot be read (" + e.getMessage()
                            + "): try --json, which shows it as it is",
                    e);
        }
    }

    public static CommandFailedException failed(LogException e) {
        return new CommandFailedException(ExitStatus.FAILED, String.valueOf(e.getMessage()), e);
    }
}
