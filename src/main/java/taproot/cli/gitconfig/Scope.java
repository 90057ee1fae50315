package taproot.cli.gitconfig;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import taproot.cli.gitconfig.Git.Ran;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;

/** One of the two configuration files in which git looks for {@code trace2.eventTarget}, changed by {@code git config} alone. */
enum Scope {
    GLOBAL,
    SYSTEM;

    private static final int NOT_THERE = 1;
    private static final int NO_SUCH_KEY = 5;

    String option() {
        return this == GLOBAL ? "--global" : "--system";
    }

    String word() {
        return this == GLOBAL ? "global" : "system";
    }

    /** The values of a key in this file itself; the last of them counts. */
    List<String> values(Git git, String key) throws CommandFailedException {
        Ran ran = git.run(List.of("config", option(), "-z", "--get-all", key));
        if (ran.status() == NOT_THERE) {
            return List.of();
        }
        if (ran.status() != 0) {
            // Without its file git is done at once: nothing is set.
            if (ran.err().contains("unable to read config file") || ran.err().contains("No such file")) {
                return List.of();
            }
            throw failed("read", ran);
        }
        String[] values = ran.out().split("\0", -1);
        return Arrays.asList(values).subList(0, values.length - 1);
    }

    /** Replaces all values of a key by these. */
    void set(Git git, String key, List<String> values) throws CommandFailedException {
        if (values.isEmpty()) {
            Ran ran = git.run(List.of("config", option(), "--unset-all", key));
            if (ran.status() != 0 && ran.status() != NO_SUCH_KEY) {
                throw failed("change", ran);
            }
            return;
        }
        List<String> first = new ArrayList<>(List.of("config", option(), "--replace-all", key, values.getFirst()));
        Ran ran = git.run(first);
        for (int i = 1; i < values.size() && ran.status() == 0; i++) {
            ran = git.run(List.of("config", option(), "--add", key, values.get(i)));
        }
        if (ran.status() != 0) {
            throw failed("change", ran);
        }
    }

    private CommandFailedException failed(String what, Ran ran) {
        String advice = this == SYSTEM ? "; the system's configuration is root's: try it with sudo" : "";
        return new CommandFailedException(
                ExitStatus.FAILED,
                "git cannot " + what + " its " + word() + " configuration: "
                        + ran.err().strip().replace("\n", " ") + advice);
    }
}
