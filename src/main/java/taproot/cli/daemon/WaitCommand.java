package taproot.cli.daemon;

import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import taproot.cli.control.ControlClient;
import taproot.cli.control.HttpReply;
import taproot.cli.control.Replies;
import taproot.cli.options.Converters;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;
import taproot.cli.text.Durations;

/** {@code taproot wait}: the barrier, for scripts. */
@Command(
        name = "wait",
        sortOptions = false,
        description = "Waits until everything that git has sent so far is in the log.",
        footer = "Status 1: not within the timeout. Status 3: no daemon.")
public final class WaitCommand implements Callable<Integer> {
    /** What the answer may need beyond the daemon's own timeout. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private static final int GATEWAY_TIMEOUT = 504;

    private final Session session;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            defaultValue = "30s",
            converter = Converters.ToDuration.class,
            description = "how long at most (default: ${DEFAULT-VALUE})")
    private Duration timeout = Duration.ofSeconds(30);

    @Option(names = "--json", description = "print {\"seq\":n}: the newest record of the log")
    private boolean json;

    @Mixin
    private PlaceOptions places = new PlaceOptions();

    public WaitCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        ControlClient daemon =
                new ControlClient(places.places(session.environment()).controlSocket());
        HttpReply reply = daemon.ask("POST", "/v1/barrier?timeout=" + timeout.toMillis() + "ms", timeout.plus(MARGIN));
        if (reply.status() == GATEWAY_TIMEOUT) {
            throw new CommandFailedException(
                    ExitStatus.FAILED,
                    "not everything was in the log within " + Durations.human(timeout.toMillis() * 1_000)
                            + ": wait longer with --timeout, or look at taproot status");
        }
        String body = Replies.body(reply);
        if (json) {
            session.out().line(body.strip());
        }
        return ExitStatus.OK;
    }
}
