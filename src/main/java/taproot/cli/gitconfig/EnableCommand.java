package taproot.cli.gitconfig;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;

/** {@code taproot enable}: from now on git sends its events here. */
@Command(
        name = "enable",
        sortOptions = false,
        description = "Tells git, in its configuration, to send its events to the daemon (trace2.eventTarget).",
        footer = "Whatever else stands in [trace2] stays as it is. Status 1: another target is set.")
public final class EnableCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private ScopeOption scope = new ScopeOption();

    @Option(names = "--replace", description = "also where another target is set; disable puts it back")
    private boolean replace;

    @Option(names = "--json", description = "print what was done as one JSON object")
    private boolean json;

    @Mixin
    private PlaceOptions places = new PlaceOptions();

    public EnableCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        Path socket = places.places(session.environment()).traceSocket();
        String target = EventTarget.of(socket);
        Git git = new Git(session.environment());
        EventTarget.Outcome outcome = new EventTarget(git, scope.scope()).set(target, replace);
        if (json) {
            session.out().line(outcome.json(scope.scope(), target));
        } else if (outcome.changed()) {
            session.out().line("git sends its events to " + socket + " from now on");
            if (!outcome.former().isEmpty()) {
                session.out().line("instead of " + String.join(", ", outcome.former()) + ", which disable puts back");
            }
        } else {
            session.out().line("git sends its events to " + socket + " already");
        }
        EffectiveTarget.of(git).warnUnless(target, session);
        if (!Files.exists(socket)) {
            session.say("nobody listens there yet: start a daemon with taproot run");
        }
        return ExitStatus.OK;
    }
}
