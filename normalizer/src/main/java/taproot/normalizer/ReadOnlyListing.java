package taproot.normalizer;

import java.util.List;
import java.util.Set;

/**
 * {@code git branch} and {@code git tag}, which list or write depending on a word: read-only when every option belongs to
 * listing, and nothing is left that would be the name of something to make.
 */
record ReadOnlyListing(Kind kind) {
    /**
     * What tells the two apart.
     *
     * @param letters options of one letter, which may stand together as in {@code -avv}
     * @param options the longer ones that change how a list looks
     * @param asking those that ask for a list, so that a name is a pattern
     */
    record Kind(String letters, Set<String> options, Set<String> asking) {}

    static final Kind BRANCH = new Kind(
            "arvilq",
            Set.of(
                    "--all",
                    "--remotes",
                    "--verbose",
                    "--color",
                    "--no-color",
                    "--column",
                    "--no-column",
                    "--no-abbrev",
                    "--abbrev",
                    "--ignore-case",
                    "--omit-empty",
                    "--quiet",
                    "--show-current"),
            Set.of("-l", "--list"));
    static final Kind TAG = new Kind(
            "il", // -v below: it verifies, whatever else is said
            Set.of("--color", "--no-color", "--column", "--no-column", "--ignore-case", "--omit-empty"),
            Set.of("-l", "--list", "-n", "-v", "--verify"));

    private static final Set<String> FILTERS =
            Set.of("--contains", "--no-contains", "--merged", "--no-merged", "--points-at");
    private static final Set<String> VALUED = Set.of("--sort", "--format", "--points-at");
    private static final Set<String> ATTACHED = Set.of("--sort", "--format", "--color", "--column", "--abbrev");

    boolean isReadOnly(List<String> args) {
        boolean asksForAList = false;
        boolean names = false;
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            String option = arg.startsWith("--") && arg.indexOf('=') > 0 ? arg.substring(0, arg.indexOf('=')) : arg;
            boolean attached = !option.equals(arg);
            if (FILTERS.contains(option) || kind.asking().contains(arg) || isLineCount(arg)) {
                asksForAList = true;
            } else if (!arg.startsWith("-") || arg.equals("-")) {
                names = true;
            } else if (attached ? !ATTACHED.contains(option) : !isHarmless(arg)) {
                return false;
            }
            asksForAList |= isCluster(arg) && arg.indexOf('l') > 0;
            if (!attached && VALUED.contains(arg)) {
                i++;
            }
        }
        return asksForAList || !names;
    }

    private boolean isHarmless(String arg) {
        return kind.options().contains(arg) || VALUED.contains(arg) || isCluster(arg);
    }

    private boolean isCluster(String arg) {
        return arg.length() > 1
                && arg.charAt(0) == '-'
                && arg.chars().skip(1).allMatch(letter -> kind.letters().indexOf(letter) >= 0);
    }

    private boolean isLineCount(String arg) {
        return kind.asking().contains("-n")
                && arg.startsWith("-n")
                && arg.chars().skip(2).allMatch(Character::isDigit);
    }
}
