package taproot.normalizer;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A git command line taken apart: the command among the options of git itself, and what follows it.
 *
 * @param command null where there is none, or where an unknown option stands before it
 * @param args what follows the command
 * @param isQuestion git answers it itself, {@code --version} for instance
 */
record CommandLine(@Nullable String command, List<String> args, boolean isQuestion) {
    private static final Set<String> OPTIONS = Set.of(
            "-p",
            "--paginate",
            "-P",
            "--no-pager",
            "--no-replace-objects",
            "--no-lazy-fetch",
            "--no-optional-locks",
            "--no-advice",
            "--bare",
            "--literal-pathspecs",
            "--no-literal-pathspecs",
            "--glob-pathspecs",
            "--noglob-pathspecs",
            "--icase-pathspecs");
    private static final Set<String> OPTIONS_WITH_VALUE = Set.of(
            "-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env", "--attr-source", "--super-prefix");
    private static final Set<String> QUESTIONS =
            Set.of("-v", "--version", "-h", "--help", "--exec-path", "--html-path", "--man-path", "--info-path");

    /**
     * @param argv as in {@code start}, with {@code git}, a path to it or a dashed {@code git-foo} first; or as in
     *     {@code alias}, with the command first
     */
    static CommandLine of(List<String> argv) {
        if (argv.isEmpty()) {
            return new CommandLine(null, List.of(), false);
        }
        String first = argv.getFirst();
        String program = first.substring(first.lastIndexOf('/') + 1);
        List<String> rest = argv.subList(1, argv.size());
        if (program.startsWith("git-")) {
            return new CommandLine(program.substring("git-".length()), rest, false);
        }
        return afterOptions(program.equals("git") ? rest : argv);
    }

    private static CommandLine afterOptions(List<String> args) {
        int i = 0;
        while (i < args.size()) {
            String arg = args.get(i);
            if (QUESTIONS.contains(arg) || arg.startsWith("--list-cmds=")) {
                return new CommandLine(null, List.of(), true);
            } else if (OPTIONS_WITH_VALUE.contains(arg)) {
                i += 2;
            } else if (OPTIONS.contains(arg) || hasAttachedValue(arg)) {
                i++;
            } else if (arg.startsWith("-")) {
                return new CommandLine(null, List.of(), false);
            } else {
                return new CommandLine(arg, args.subList(i + 1, args.size()), false);
            }
        }
        return new CommandLine(null, List.of(), i == args.size());
    }

    private static boolean hasAttachedValue(String arg) {
        int equals = arg.indexOf('=');
        if (equals < 0) {
            return false;
        }
        String option = arg.substring(0, equals);
        return option.equals("--exec-path") || option.startsWith("--") && OPTIONS_WITH_VALUE.contains(option);
    }
}
