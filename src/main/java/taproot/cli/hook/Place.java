package taproot.cli.hook;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import taproot.cli.gitconfig.Git;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;

/** The directory in which hooks are asked for, and what git says of it. Costs a process for each question. */
record Place(Git git, Path directory) {
    /** Since then hooks can stand in the configuration. */
    private static final int[] CONFIGURED_HOOKS = {2, 54};

    private static final Pattern VERSION = Pattern.compile("git version ((\\d+)\\.(\\d+)\\S*)");

    Git.Ran ask(String... arguments) throws CommandFailedException {
        return git.runIn(directory, List.of(arguments));
    }

    /** What it printed; a failure says what git said. */
    String demand(String... arguments) throws CommandFailedException {
        Git.Ran ran = ask(arguments);
        if (ran.status() != 0) {
            throw new CommandFailedException(
                    ExitStatus.FAILED,
                    "git " + String.join(" ", arguments) + ": "
                            + ran.err().lines().findFirst().orElse("failed"));
        }
        return ran.out().strip();
    }

    boolean isRepository() throws CommandFailedException {
        return ask("rev-parse", "--git-dir").status() == 0;
    }

    String version() throws CommandFailedException {
        Matcher version = VERSION.matcher(demand("version"));
        return version.lookingAt() ? version.group(1) : "of unknown version";
    }

    boolean hasConfiguredHooks() throws CommandFailedException {
        Matcher version = VERSION.matcher(demand("version"));
        if (!version.lookingAt()) {
            return false;
        }
        int major = Integer.parseInt(version.group(2));
        int minor = Integer.parseInt(version.group(3));
        return major > CONFIGURED_HOOKS[0] || (major == CONFIGURED_HOOKS[0] && minor >= CONFIGURED_HOOKS[1]);
    }

    /** Where this repository's hooks are, by {@code core.hooksPath} or not. */
    Path hooks() throws CommandFailedException {
        return directory.resolve(demand("rev-parse", "--git-path", "hooks")).normalize();
    }
}
