package taproot.normalizer;

import java.util.List;
import java.util.Set;

/** {@code git config}: the forms with a subcommand (git ≥ 2.46), those with an action, and the bare {@code config NAME}. */
final class ReadOnlyConfig {
    private static final Set<String> READING = Set.of(
            "--get", "--get-all", "--get-regexp", "--get-urlmatch", "--get-color", "--get-colorbool", "-l", "--list");
    private static final Set<String> HARMLESS = Set.of(
            "--global",
            "--system",
            "--local",
            "--worktree",
            "--bool",
            "--int",
            "--bool-or-int",
            "--bool-or-str",
            "--path",
            "--expiry-date",
            "--no-type",
            "-z",
            "--null",
            "--name-only",
            "--show-names",
            "--no-show-names",
            "--show-origin",
            "--show-scope",
            "--includes",
            "--no-includes",
            "--all",
            "--regexp",
            "--fixed-value");
    private static final Set<String> VALUED =
            Set.of("-f", "--file", "--blob", "--type", "-t", "--default", "--value", "--url");

    private ReadOnlyConfig() {}

    static boolean isReadOnly(List<String> args) {
        boolean reads = false;
        int names = 0;
        boolean isKey = false;
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (READING.contains(arg)) {
                reads = true;
            } else if (VALUED.contains(arg)) {
                i++;
            } else if (!arg.startsWith("-")) {
                names++;
                isKey = arg.indexOf('.') > 0; // Without a dot it is a subcommand, such as edit.
                reads |= names == 1 && (arg.equals("get") || arg.equals("list"));
            } else if (!HARMLESS.contains(arg) && !hasAttachedValue(arg)) {
                return false;
            }
        }
        return reads || names == 1 && isKey;
    }

    private static boolean hasAttachedValue(String arg) {
        int equals = arg.indexOf('=');
        return equals > 0 && arg.startsWith("--") && VALUED.contains(arg.substring(0, equals));
    }
}
