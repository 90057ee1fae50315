package taproot.normalizer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a process is called: gathered from {@code cmd_name}, {@code cmd_mode}, {@code alias} and the dashed child it
 * starts. Inside the root's compute only.
 */
final class Names {
    private @Nullable String real;
    private @Nullable String hierarchy;
    private @Nullable String mode;
    private @Nullable String dashed;
    private CommandRecord.@Nullable Alias alias;
    private boolean shellAlias;

    /** Pseudo names ({@code _query_}, {@code _run_dashed_}, …) begin and end with an underscore. */
    void cmdName(String name, @Nullable String path) {
        hierarchy = path;
        if (name.startsWith("_") && name.endsWith("_")) {
            shellAlias |= name.equals("_run_shell_alias_");
        } else {
            real = name;
        }
    }

    void mode(String name) {
        mode = name;
    }

    /** The name is what was typed, the arguments are those of the last expansion. */
    void alias(String name, List<String> argv) {
        alias = new CommandRecord.Alias(alias == null ? name : alias.name(), argv);
    }

    void dashed(String program) {
        int slash = program.lastIndexOf('/');
        String base = program.substring(slash + 1);
        dashed = base.startsWith("git-") ? base.substring("git-".length()) : base;
    }

    /** The last real name; else what an alias or a dashed child stands for; null where git only answered a query. */
    @Nullable
    String command() {
        if (real != null) {
            return real;
        }
        if (alias != null) {
            String resolved = shellAlias ? null : firstWord(alias.argv());
            return resolved != null ? resolved : alias.name();
        }
        return dashed;
    }

    /** The command among git's arguments, before which options of git itself may stand, {@code -c name=value} for instance. */
    static @Nullable String firstWord(List<String> argv) {
        for (int i = 0; i < argv.size(); i++) {
            String word = argv.get(i);
            if (!word.startsWith("-")) {
                return word;
            }
            if (word.equals("-c") || word.equals("-C")) {
                i++;
            }
        }
        return null;
    }

    @Nullable
    String hierarchy() {
        return hierarchy;
    }

    @Nullable
    String mode() {
        return mode;
    }

    /** Whether it was told which command of git's own it is. */
    boolean isReal() {
        return real != null;
    }

    boolean isShellAlias() {
        return shellAlias;
    }

    CommandRecord.@Nullable Alias alias() {
        return alias;
    }
}
