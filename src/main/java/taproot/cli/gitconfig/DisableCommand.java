package taproot.cli.gitconfig;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;

/** {@code taproot disable}: undoes what enable did. */
@Command(
        name = "disable",
        sortOptions = false,
        description = "Undoes enable: git sends its events where it sent them before, or nowhere.",
        footer = "A target that is not Taproot's is left as it is.")
public final class DisableCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private ScopeOption scope = new ScopeOption();

    @Option(names = "--json", description = "print what was done as one JSON object")
    private boolean json;

    @Mixin
    private PlaceOptions places = new PlaceOptions();

    public DisableCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        String target = "af_unix:stream:" + places.places(session.environment()).traceSocket();
        EventTarget.Outcome outcome = new EventTarget(new Git(session.environment()), scope.scope()).restore(target);
        String others = String.join(", ", outcome.former());
        if (json) {
            session.out().line(outcome.json(scope.scope(), null));
        } else if (outcome.changed()) {
            session.out()
                    .line(
                            others.isEmpty()
                                    ? "git sends its events nowhere any more"
                                    : "git sends its events to " + others + " again");
        } else {
            session.out()
                    .line(
                            others.isEmpty()
                                    ? "it was not enabled in git's "
                                            + scope.scope().word() + " configuration"
                                    : EventTarget.KEY + " is " + others + ", which is not Taproot's: left as it is");
        }
        return ExitStatus.OK;
    }
}
