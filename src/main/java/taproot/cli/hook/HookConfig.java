package taproot.cli.hook;

import taproot.cli.gitconfig.Git;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;

/** The hooks in git's configuration, {@code hook.taproot.*}: git ≥ 2.54 runs them beside a repository's own. */
record HookConfig(Place place, String scope) {
    private static final String COMMAND = "hook.taproot.command";
    private static final String EVENT = "hook.taproot.event";
    private static final String NAME = "taproot_report";

    boolean isInstalled() throws CommandFailedException {
        return place.ask("config", scope, "--get", COMMAND).out().contains(NAME);
    }

    void install(Scripts scripts) throws CommandFailedException {
        Git.Ran before = place.ask("config", scope, "--get", COMMAND);
        if (before.status() == 0 && !before.out().contains(NAME)) {
            throw new CommandFailedException(
                    ExitStatus.FAILED,
                    COMMAND + " is set to something else, " + before.out().strip()
                            + ": rename that hook, then install again");
        }
        place.demand("config", scope, "--replace-all", COMMAND, scripts.command());
        for (String event : HookFiles.HOOKS) {
            place.demand("config", scope, "--replace-all", EVENT, event, "^" + event + "$");
        }
    }

    void remove() throws CommandFailedException {
        if (isInstalled()) {
            place.demand("config", scope, "--remove-section", "hook.taproot");
        }
    }
}
