package taproot.cli.gitconfig;

import picocli.CommandLine.Option;

/** Whose configuration is meant. */
final class ScopeOption {
    @Option(
            names = "--system",
            description = "in git's system-wide configuration instead of your own; a daemon hears only its own user")
    private boolean system;

    Scope scope() {
        return system ? Scope.SYSTEM : Scope.GLOBAL;
    }
}
