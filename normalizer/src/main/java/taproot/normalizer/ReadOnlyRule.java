package taproot.normalizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides for the arguments of one git command; the table of all of them is {@link ReadOnlyCommands}' documentation. */
@FunctionalInterface
interface ReadOnlyRule {
    boolean isReadOnly(List<String> args);

    Map<String, ReadOnlyRule> RULES = rules();

    static @Nullable ReadOnlyRule of(String command) {
        return RULES.get(command);
    }

    private static Map<String, ReadOnlyRule> rules() {
        Map<String, ReadOnlyRule> rules = new HashMap<>();
        // Whatever goes through git's revision machinery takes diff's --output, and truncates that file at once.
        for (String reading :
                ("annotate blame cat-file check-attr check-ignore check-mailmap check-ref-format cherry column"
                                + " count-objects describe diff diff-files diff-index diff-pairs diff-tree fmt-merge-msg"
                                + " for-each-ref get-tar-commit-id help last-modified log ls-files ls-remote ls-tree merge-base"
                                + " name-rev patch-id range-diff repo request-pull rev-list rev-parse shortlog show show-branch"
                                + " show-index show-ref status stripspace var verify-commit verify-pack verify-tag version"
                                + " whatchanged")
                        .split(" ")) {
            rules.put(reading, ReadOnlyRule::writesNoOutputFile);
        }
        rules.put("branch", new ReadOnlyListing(ReadOnlyListing.BRANCH)::isReadOnly);
        rules.put("tag", new ReadOnlyListing(ReadOnlyListing.TAG)::isReadOnly);
        rules.put("config", ReadOnlyConfig::isReadOnly);
        rules.put("remote", subcommand(true, "show", "get-url"));
        rules.put("stash", subcommand(false, "list", "show"));
        rules.put("worktree", subcommand(false, "list"));
        rules.put("sparse-checkout", subcommand(false, "list", "check-rules"));
        rules.put("submodule", subcommand(true, "status", "summary"));
        rules.put("notes", subcommand(true, "list", "show", "get-ref"));
        rules.put("bisect", subcommand(false, "log", "view", "visualize", "terms"));
        rules.put("bundle", subcommand(false, "verify", "list-heads"));
        rules.put("rerere", subcommand(false, "status", "diff", "remaining"));
        rules.put("refs", subcommand(false, "list", "exists", "verify"));
        rules.put("commit-graph", subcommand(false, "verify"));
        rules.put("multi-pack-index", subcommand(false, "verify"));
        rules.put("fsmonitor--daemon", subcommand(false, "status"));
        rules.put("reflog", ReadOnlyRule::reflog);
        rules.put("symbolic-ref", ReadOnlyRule::symbolicRef);
        rules.put("hash-object", ReadOnlyRule::hashObject);
        // Options may be shortened: the first letters that can only mean these are enough to say no.
        rules.put("fsck", without("--l"));
        rules.put("grep", without("-O", "--op"));
        rules.put("interpret-trailers", without("--i"));
        return Map.copyOf(rules);
    }

    /** The first argument that is no option names what is done; options before it may be of any harmless kind. */
    private static ReadOnlyRule subcommand(boolean alone, String... reading) {
        Set<String> names = Set.of(reading);
        Set<String> valued = Set.of("--ref", "--object-dir");
        return args -> {
            int i = 0;
            while (i < args.size() && args.get(i).startsWith("-")) {
                i += valued.contains(args.get(i)) ? 2 : 1;
            }
            return i >= args.size() ? alone : names.contains(args.get(i)) && writesNoOutputFile(args);
        };
    }

    private static ReadOnlyRule without(String... prefixes) {
        return args -> {
            for (String arg : options(args)) {
                for (String prefix : prefixes) {
                    if (arg.startsWith(prefix)) {
                        return false;
                    }
                }
            }
            return true;
        };
    }

    private static boolean writesNoOutputFile(List<String> args) {
        return options(args).stream().noneMatch(arg -> arg.equals("--output") || arg.startsWith("--output="));
    }

    private static boolean reflog(List<String> args) {
        if (args.isEmpty()) {
            return true;
        }
        String first = args.getFirst();
        boolean reads = first.startsWith("-")
                || Set.of("show", "list", "exists").contains(first)
                // A bare word could be a subcommand that came after this was written.
                || first.startsWith("HEAD")
                || first.contains("/")
                || first.contains("@{");
        return reads && writesNoOutputFile(args);
    }

    private static boolean symbolicRef(List<String> args) {
        int names = 0;
        for (String arg : args) {
            if (!arg.startsWith("-")) {
                names++;
            } else if (!Set.of("-q", "--quiet", "--short", "--recurse", "--no-recurse")
                    .contains(arg)) {
                return false;
            }
        }
        return names == 1;
    }

    private static boolean hashObject(List<String> args) {
        Set<String> valued = Set.of("-t", "--path");
        Set<String> harmless = Set.of("--stdin", "--stdin-paths", "--no-filters", "--literally");
        List<String> options = options(args);
        for (int i = 0; i < options.size(); i++) {
            String arg = options.get(i);
            if (valued.contains(arg)) {
                i++;
            } else if (arg.startsWith("-") && !harmless.contains(arg) && !arg.startsWith("--path=")) {
                return false;
            }
        }
        return true;
    }

    /** What stands before {@code --}. */
    private static List<String> options(List<String> args) {
        int end = args.indexOf("--");
        return end < 0 ? args : args.subList(0, end);
    }
}
