package taproot.cli.sinks;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import taproot.cli.control.ControlClient;
import taproot.cli.control.HttpReply;
import taproot.cli.control.Replies;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;
import taproot.cli.text.Moment;

/** {@code taproot sinks}: how each sink is doing; its subcommands tell one what to do. */
@Command(
        name = "sinks",
        sortOptions = false,
        description =
                "Lists the sinks of the running daemon: where each stands, how far it is behind, and its last error.",
        footer = "Status 3: no daemon.")
public final class SinksCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final Session session;

    @Option(names = "--json", description = "the daemon's own answer")
    private boolean json;

    @Mixin
    private PlaceOptions places = new PlaceOptions();

    public SinksCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        HttpReply reply = client(places).ask("GET", "/v1/sinks", TIMEOUT);
        if (json) {
            session.out().line(Replies.body(reply).strip());
            return ExitStatus.OK;
        }
        for (String line : SinksTable.lines(Replies.json(reply), session)) {
            session.out().line(line);
        }
        return ExitStatus.OK;
    }

    @Command(
            name = "pause",
            description = "Lets a sink rest, also after a restart, until it is resumed; the log waits for it.")
    int pause(@Parameters(paramLabel = "NAME") String name, @Mixin PlaceOptions where)
            throws CommandFailedException, OutputClosedException {
        return tell(where, name, "pause", "pauses at seq %d");
    }

    @Command(name = "resume", description = "Lets it go on; one that waits for its next attempt makes it now.")
    int resume(@Parameters(paramLabel = "NAME") String name, @Mixin PlaceOptions where)
            throws CommandFailedException, OutputClosedException {
        return tell(where, name, "resume", "goes on after seq %d");
    }

    @Command(name = "aside", description = "Lists the records that a sink has set aside, and why; without a daemon.")
    int aside(
            @Parameters(paramLabel = "NAME") String name,
            @Option(names = "--json", description = "one JSON object a line, with the record") boolean asJson,
            @Mixin PlaceOptions where)
            throws CommandFailedException, OutputClosedException {
        for (String line : AsideList.lines(name, asJson, where, session)) {
            session.out().line(line);
        }
        return ExitStatus.OK;
    }

    @Command(name = "resend", description = "Sends again what was set aside because the system refused it.")
    int resend(@Parameters(paramLabel = "NAME") String name, @Mixin PlaceOptions where)
            throws CommandFailedException, OutputClosedException {
        return tell(where, name, "resend", "sends again what it had set aside");
    }

    @Command(name = "discard", description = "Gives up what was set aside.")
    int discard(@Parameters(paramLabel = "NAME") String name, @Mixin PlaceOptions where)
            throws CommandFailedException, OutputClosedException {
        return tell(where, name, "discard", "has given up what it had set aside");
    }

    @Command(
            name = "backfill",
            description =
                    "Goes back, and delivers again from there; a system that knows keys or batches keeps one of each.")
    int backfill(
            @Parameters(paramLabel = "NAME") String name,
            @Option(
                            names = "--from",
                            required = true,
                            paramLabel = "SEQ|TIME",
                            description =
                                    "a record's seq, or when the first of them was recorded: a time, or how long ago")
                    String from,
            @Mixin PlaceOptions where)
            throws CommandFailedException, OutputClosedException {
        String place = from;
        if (!from.matches("[1-9]\\d{0,17}")) {
            try {
                place = Moment.parse(from, session.clock().instant(), session.zone())
                        .toString();
            } catch (IllegalArgumentException e) {
                throw new CommandFailedException(ExitStatus.USAGE, "--from: a seq, or " + e.getMessage(), e);
            }
        }
        return tell(where, name, "backfill?from=" + encoded(place), "goes back, and on after seq %d");
    }

    @Command(
            name = "explain",
            description = "Says which of each sink's rules decide about a command, and what; without a daemon.")
    int explain(@Parameters(paramLabel = "KEY") String key, @Mixin PlaceOptions where)
            throws CommandFailedException, OutputClosedException {
        Map<String, List<String>> trails = Explanation.of(key, where, session);
        for (Map.Entry<String, List<String>> sink : trails.entrySet()) {
            session.out().line(session.outScreen().bold(sink.getKey()));
            if (sink.getValue().isEmpty()) {
                session.out().line("  has no rules: it takes every command, whole");
            }
            for (String step : sink.getValue()) {
                session.out().line("  " + step);
            }
        }
        return ExitStatus.OK;
    }

    private int tell(PlaceOptions where, String name, String order, String done)
            throws CommandFailedException, OutputClosedException {
        HttpReply reply = client(where).ask("POST", "/v1/sinks/" + encoded(name) + "/" + order, TIMEOUT);
        long cursor = Replies.json(reply).number("cursor");
        session.out().line(name + " " + done.formatted(cursor));
        return ExitStatus.OK;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private ControlClient client(PlaceOptions where) throws CommandFailedException {
        Path socket = where.places(session.environment()).controlSocket();
        return new ControlClient(socket);
    }
}
