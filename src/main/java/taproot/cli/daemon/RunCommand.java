package taproot.cli.daemon;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;
import taproot.cli.terminal.Signals;
import taproot.cli.terminal.Version;
import taproot.cli.text.Durations;
import taproot.cli.text.ShellText;
import taproot.daemon.Daemon;
import taproot.daemon.DaemonStartException;
import taproot.daemon.api.Control;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.config.Places;

/** {@code taproot run}: the daemon, in the foreground until a signal ends it. */
@Command(
        name = "run",
        sortOptions = false,
        description = "Runs the daemon in the foreground, until SIGTERM or Ctrl-C; a second one stops it at once.",
        footer = {
            "It logs to stderr. Status 0: everything it had received is written.",
            "SIGHUP reads the configuration again; what only a restart can change is named."
        })
public final class RunCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private PlaceOptions options;

    public RunCommand(Session session) {
        this(session, new PlaceOptions());
    }

    public RunCommand(Session session, PlaceOptions options) {
        this.session = session;
        this.options = options;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException, InterruptedException {
        Places places = options.places(session.environment());
        Config config = options.config(places);
        CompletableFuture<String> end = new CompletableFuture<>(); // With why, where it was not a signal.
        for (Signals signal : List.of(Signals.INT, Signals.TERM)) {
            signal.handle(sent -> {
                if (!end.complete("")) {
                    session.say("stopped at once; what was not yet written is lost");
                    Runtime.getRuntime().halt(128 + sent.number());
                }
            });
        }
        Daemon daemon = start(config, places);
        Signals.HUP.handle(_ -> reload(daemon));
        Path socket = places.traceSocket();
        session.out().line("listening on " + socket);
        session.out().line("point git at it with:");
        session.out().line("  git config --global trace2.eventTarget " + ShellText.of("af_unix:stream:" + socket));
        session.out().flush();
        daemon.useless().thenAccept(end::complete);
        String why = end.join();
        if (!daemon.stop(daemon.config().shutdownGrace())) {
            throw new CommandFailedException(
                    ExitStatus.FAILED,
                    "not everything could be written within "
                            + Durations.human(daemon.config().shutdownGrace().toMillis() * 1_000)
                            + ": see above for why; shutdown_grace allows more time");
        }
        if (!why.isEmpty()) {
            throw new CommandFailedException(ExitStatus.FAILED, why);
        }
        return ExitStatus.OK;
    }

    private void reload(Daemon daemon) {
        try {
            Control.Reloaded reloaded = daemon.reload();
            session.say("configuration read again: "
                    + (reloaded.applied().isEmpty()
                            ? "nothing to apply"
                            : "applied " + String.join(", ", reloaded.applied()))
                    + (reloaded.restart().isEmpty()
                            ? ""
                            : "; a restart is needed for " + String.join(", ", reloaded.restart())));
        } catch (ConfigException e) {
            session.say("the configuration stays as it was: " + e.getMessage());
        }
    }

    private Daemon start(Config config, Places places) throws CommandFailedException {
        try {
            return Daemon.start(
                    config,
                    options.source(session.environment()),
                    places,
                    Version.current().text(),
                    session.environment());
        } catch (DaemonStartException e) {
            throw new CommandFailedException(ExitStatus.FAILED, String.valueOf(e.getMessage()), e);
        }
    }
}
