package taproot.cli.daemon;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import taproot.cli.control.ControlClient;
import taproot.cli.control.HttpReply;
import taproot.cli.control.Replies;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;
import taproot.cli.text.Json;

/** {@code taproot status}: how the daemon is doing. */
@Command(
        name = "status",
        sortOptions = false,
        description = "Says whether a daemon runs, what it has received and what became of it.",
        footer = "Status 3: no daemon.")
public final class StatusCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Session session;

    @Option(names = "--json", description = "the daemon's own answer")
    private boolean json;

    @Option(names = "--live", description = "what is running: its age, its owner, its bytes of trace")
    private boolean live;

    @Mixin
    private PlaceOptions places = new PlaceOptions();

    public StatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        Path socket = places.places(session.environment()).controlSocket();
        HttpReply reply = new ControlClient(socket).ask("GET", live ? "/v1/live" : "/v1/status", TIMEOUT);
        if (json) {
            session.out().line(Replies.body(reply).strip());
            return ExitStatus.OK;
        }
        Json answer = Replies.json(reply);
        for (String line : live ? LiveTable.lines(answer, session) : StatusPage.lines(answer, session)) {
            session.out().line(line);
        }
        return ExitStatus.OK;
    }
}
