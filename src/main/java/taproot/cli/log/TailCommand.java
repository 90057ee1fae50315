package taproot.cli.log;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import taproot.cli.control.EventStream;
import taproot.cli.control.Replies;
import taproot.cli.options.Converters.Mistake;
import taproot.cli.options.PlaceOptions;
import taproot.cli.options.RecordFilter;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;
import taproot.cli.text.Json;
import taproot.daemon.config.Places;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.StoredCommand;

/**
 * {@code taproot tail}: what is recorded, as it is recorded. A cursor over the log: it knows the last record it has shown, and
 * asks a daemon that comes back for what follows that one, so a restart loses nothing and repeats nothing.
 */
@Command(
        name = "tail",
        sortOptions = false,
        description = "Shows the newest records and then every further one the moment it is recorded, until Ctrl-C.",
        footer = {
            "",
            "A daemon that is restarted is waited for. What retention has removed meanwhile, and a log that",
            "was replaced, are announced on stderr. Status 3: no daemon runs when it begins."
        })
public final class TailCommand implements Callable<Integer> {
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final long FIRST_PAUSE_MS = 50;
    private static final long LONGEST_PAUSE_MS = 1_000;

    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private RecordFilter filter = new RecordFilter();

    @Option(
            names = {"-n", "--limit"},
            paramLabel = "N",
            defaultValue = "10",
            description = "begin with the newest N (default: ${DEFAULT-VALUE})")
    private int limit = 10;

    @Option(names = "--live", description = "commands that begin, too")
    private boolean live;

    @Option(names = "--json", description = "one JSON object a line, times exact")
    private boolean json;

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    private @Nullable LogTable table;
    /** The last record that was shown or passed over; -1 until the first is known. */
    private long cursor = -1;

    private String logId = "";

    public TailCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException, InterruptedException {
        if (limit < 0) {
            throw Mistake.inOption(spec, "--limit", "expected 0 or more, got " + limit);
        }
        Places places = options.places(session.environment());
        table = new LogTable(session);
        newest(places.stateDirectory());
        boolean gone = false;
        long pause = FIRST_PAUSE_MS;
        while (true) {
            try (EventStream stream = EventStream.open(places.controlSocket(), target())) {
                if (stream.isOk()) {
                    if (gone) {
                        session.say("the daemon is back");
                    }
                    pause = FIRST_PAUSE_MS;
                    gone = false;
                    follow(stream);
                } else {
                    refused(stream);
                }
            } catch (OutputClosedException e) {
                throw e;
            } catch (IOException e) {
                if (logId.isEmpty() && cursor < 0) {
                    throw new CommandFailedException(
                            ExitStatus.UNREACHABLE,
                            "no daemon answers on " + places.controlSocket() + " (" + e.getMessage()
                                    + "); start one with: taproot run",
                            e);
                }
            }
            if (!gone) {
                session.say("the daemon is gone; waiting for it");
                gone = true;
            }
            TimeUnit.MILLISECONDS.sleep(pause);
            pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
        }
    }

    /** Where it begins: the daemon need not answer for that. */
    private void newest(Path stateDirectory) throws CommandFailedException, OutputClosedException {
        try (LogReader log = LogReader.open(stateDirectory)) {
            logId = log.logId();
            long head = log.head();
            if (limit > 0) {
                Log.read(log, filter.query(session).newest(limit), stored -> {
                    if (stored.seq() <= head) {
                        show(stored.seq(), stored.json());
                    }
                });
                session.out().flush();
            }
            cursor = head;
        } catch (LogException e) {
            if (e.kind() != LogException.Kind.NO_LOG) {
                throw Log.failed(e);
            }
        }
    }

    private String target() {
        return "/v1/stream?" + filter.parameters(session) + (live ? "live=true&" : "")
                + (logId.isEmpty() ? "" : "log_id=" + logId + "&") + (cursor < 0 ? "" : "after=" + cursor);
    }

    private void refused(EventStream stream) throws IOException, CommandFailedException {
        var refusal = stream.refusal();
        if (refusal.status() != SERVICE_UNAVAILABLE) {
            Replies.body(refusal);
        }
    }

    /** Shows what comes until the stream ends or breaks. */
    private void follow(EventStream stream) throws IOException, CommandFailedException {
        for (EventStream.Event event = stream.next(); event != null; event = stream.next()) {
            switch (event.type()) {
                case "command" -> {
                    long seq = Long.parseLong(event.id());
                    show(seq, event.data().getBytes(StandardCharsets.UTF_8));
                    cursor = seq;
                }
                case "started" -> started(event.data());
                case "gap" -> gap(Json.parse(event.data()));
                case "log" -> begun(Json.parse(event.data()));
                case "reset" -> reset(Json.parse(event.data()));
                default -> {
                    // Of a newer daemon.
                }
            }
            if (!stream.isReady()) {
                session.out().flush();
            }
        }
    }

    private void begun(Json log) {
        if (cursor < 0) {
            cursor = log.number("head");
            logId = log.text("log_id");
        }
    }

    private void reset(Json log) {
        session.say("the log is another one: from its beginning");
        logId = log.text("log_id");
        cursor = 0;
    }

    private void gap(Json range) {
        long from = range.number("from");
        long to = range.number("to");
        session.say(
                from == to
                        ? "record " + from + " is gone: it was removed"
                        : "records " + from + " to " + to + " are gone: they were removed");
        cursor = Math.max(cursor, to);
    }

    private void started(String text) throws IOException {
        if (json) {
            session.out().line("{\"started\":" + text + "}");
        } else if (table != null) {
            table.started(Json.parse(text));
        }
    }

    private void show(long seq, byte[] record) throws OutputClosedException, CommandFailedException {
        if (json) {
            session.out().line(record);
        } else if (table != null) {
            table.add(seq, Log.record(new StoredCommand(seq, "", record)));
        }
    }
}
