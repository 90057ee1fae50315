package taproot.cli.hook;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import taproot.cli.gitconfig.Git;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;

/** {@code taproot hook}: git's hooks tell Taproot which refs moved. Overwrites nobody's hook. */
@Command(
        name = "hook",
        sortOptions = false,
        description = {
            "Has git's hooks tell exactly which refs a command moved, and which commits replaced which.",
            "",
            "With git 2.54 or newer they stand in your global configuration, beside the hooks of any",
            "repository; with an older git in one repository, as files. A hook of yours is never touched:",
            "you are told the line to add."
        },
        footer = "Status 1: a hook of yours is in the way.")
public final class HookCommand implements Callable<Integer> {
    private final Session session;

    /** What is to be done. */
    enum Action {
        install,
        remove,
        status
    }

    @Parameters(index = "0", paramLabel = "install|remove|status", description = "what to do")
    private Action action = Action.status;

    @ArgGroup(exclusive = true)
    private @Nullable Where where;

    /** Where the hooks are. */
    static final class Where {
        @Option(names = "--global", description = "for all repositories, by your global configuration (git >= 2.54)")
        private boolean global;

        @Option(names = "--repository", paramLabel = "PATH", description = "for the repository at this path")
        private @Nullable Path repository;
    }

    @Mixin
    @SuppressWarnings("UnusedVariable") // Every command takes them; a hook finds the daemon through git.
    private PlaceOptions places = new PlaceOptions();

    public HookCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        Path named = where == null ? null : where.repository;
        Path directory = (named == null ? Path.of("") : named).toAbsolutePath();
        Place place = new Place(new Git(session.environment()), directory);
        boolean configured = place.hasConfiguredHooks();
        boolean global = where == null ? configured : where.global;
        if (global && !configured && action == Action.install) {
            throw new CommandFailedException(
                    ExitStatus.FAILED,
                    "git " + place.version() + " has no configured hooks (2.54 has): install them in each repository,"
                            + " with --repository PATH");
        }
        Scripts scripts = Scripts.of(session.environment());
        HookConfig config = new HookConfig(place, global ? "--global" : "--local");
        try {
            return switch (action) {
                case install -> configured ? configure(config, scripts) : installFiles(place, scripts);
                case remove -> remove(place, config, scripts, global);
                case status -> status(place, scripts, configured);
            };
        } catch (IOException e) {
            throw new CommandFailedException(ExitStatus.FAILED, "cannot write: " + e, e);
        }
    }

    private int configure(HookConfig config, Scripts scripts)
            throws IOException, CommandFailedException, OutputClosedException {
        scripts.write();
        config.install(scripts);
        session.out()
                .line("installed in the " + config.scope().substring(2)
                        + " configuration: hook.taproot; hook.taproot.enabled=false leaves a repository out");
        return ExitStatus.OK;
    }

    private int installFiles(Place place, Scripts scripts)
            throws IOException, CommandFailedException, OutputClosedException {
        HookFiles files = new HookFiles(place.hooks(), scripts);
        scripts.write();
        List<String> refused = files.install();
        for (String hook : HookFiles.HOOKS) {
            session.out().line(files.state(hook).words() + ": " + files.file(hook));
        }
        if (refused.isEmpty()) {
            return ExitStatus.OK;
        }
        session.say("a hook of yours is not touched. Add this as the second line of "
                + String.join(
                        " and of ",
                        refused.stream()
                                .map(hook -> files.file(hook).toString())
                                .toList()) + ":");
        session.err().println(scripts.line());
        return ExitStatus.FAILED;
    }

    private int remove(Place place, HookConfig config, Scripts scripts, boolean global)
            throws IOException, CommandFailedException, OutputClosedException {
        config.remove();
        if (global) {
            scripts.delete();
            session.out().line("removed from the global configuration");
            return ExitStatus.OK;
        }
        HookFiles files = new HookFiles(place.hooks(), scripts);
        List<String> chained = files.remove();
        if (chained.isEmpty()) {
            session.out().line("removed: " + files.file("").toString());
            return ExitStatus.OK;
        }
        session.say("a hook of yours is not touched. Take this line out of "
                + String.join(
                        " and of ",
                        chained.stream()
                                .map(hook -> files.file(hook).toString())
                                .toList()) + ":");
        session.err().println(scripts.line());
        return ExitStatus.FAILED;
    }

    private int status(Place place, Scripts scripts, boolean configured)
            throws IOException, CommandFailedException, OutputClosedException {
        boolean everywhere = configured && new HookConfig(place, "--global").isInstalled();
        session.out()
                .line("all repositories: "
                        + (everywhere
                                ? "installed"
                                : configured ? "not installed" : "not possible with git " + place.version()));
        if (!place.isRepository()) {
            return ExitStatus.OK;
        }
        if (configured && new HookConfig(place, "--local").isInstalled()) {
            session.out().line("this repository: installed in its configuration");
        }
        HookFiles files = new HookFiles(place.hooks(), scripts);
        for (String hook : HookFiles.HOOKS) {
            session.out().line(hook + ": " + files.state(hook).words());
        }
        return ExitStatus.OK;
    }
}
