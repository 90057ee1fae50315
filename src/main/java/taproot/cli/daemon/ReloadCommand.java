package taproot.cli.daemon;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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

/** {@code taproot reload}: SIGHUP with an answer. */
@Command(
        name = "reload",
        sortOptions = false,
        description = "Has the daemon read its configuration again; what can change while it runs changes.",
        footer = "Status 1: the configuration is wrong, and the old one holds. Status 3: no daemon.")
public final class ReloadCommand implements Callable<Integer> {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Session session;

    @Option(names = "--json", description = "the daemon's own answer")
    private boolean json;

    @Mixin
    private PlaceOptions places = new PlaceOptions();

    public ReloadCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        Path socket = places.places(session.environment()).controlSocket();
        HttpReply reply = new ControlClient(socket).ask("POST", "/v1/reload", TIMEOUT);
        if (json) {
            session.out().line(Replies.body(reply).strip());
            return ExitStatus.OK;
        }
        Json answer = Replies.json(reply);
        List<String> applied = answer.texts("applied");
        List<String> restart = answer.texts("restart");
        if (applied.isEmpty() && restart.isEmpty()) {
            session.out().line("nothing has changed");
        }
        if (!applied.isEmpty()) {
            session.out().line("changed: " + String.join(", ", applied));
        }
        if (!restart.isEmpty()) {
            session.out().line("needs a restart: " + String.join(", ", restart));
        }
        return ExitStatus.OK;
    }
}
