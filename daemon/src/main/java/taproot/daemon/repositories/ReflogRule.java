package taproot.daemon.repositories;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;

/**
 * Which words a command leaves in which reflogs, as git from 2.34 to 2.56 writes them. What is not in the table leaves
 * words that are not known here, or none at all (tags, deletions, bare repositories), and is attributed nothing.
 */
final class ReflogRule {
    /**
     * What to expect.
     *
     * @param head the messages in HEAD's reflog; null where it is not touched
     * @param many whether there may be more than one of them
     * @param others reflogs of refs that move without HEAD
     */
    record Expectation(@Nullable Pattern head, boolean many, List<Other> others) {}

    /**
     * A reflog, or all below a directory.
     *
     * @param ref with its prefix, bytes as chars
     * @param made whether a command that did not fail has certainly left it behind
     */
    record Other(String ref, boolean all, Pattern message, boolean made) {
        Other(String ref, boolean all, Pattern message) {
            this(ref, all, message, false);
        }
    }

    private static final Pattern ANY = Pattern.compile(".*");
    private static final Pattern CREATED = Pattern.compile("branch: (Created from|Reset to) .*");
    private static final Pattern MOVED = Pattern.compile("checkout: moving from .*");
    private static final Pattern FETCHED = Pattern.compile("(fetch|pull|remote)\\b.*: .*|(fetch|pull|remote update).*");
    private static final String HEADS = "refs/heads/";
    private static final String REMOTES = "refs/remotes";

    private static final Map<String, Function<List<String>, Expectation>> RULES = Map.ofEntries(
            Map.entry("commit", always(one("commit( \\((amend|initial|merge|cherry-pick)\\))?: .*"))),
            Map.entry("merge", always(one("merge .+: .*|commit \\(merge\\): .*|reset: moving to .*"))),
            Map.entry("reset", always(one("reset: moving to .*"))),
            Map.entry("checkout", words -> moving(words, "-b", "-B")),
            Map.entry("switch", words -> moving(words, "-c", "-C")),
            Map.entry("cherry-pick", always(many("cherry-pick: .*|commit \\(cherry-pick\\): .*|reset: moving to .*"))),
            Map.entry("revert", always(many("revert: .*|commit( \\(.*\\))?: .*|reset: moving to .*"))),
            Map.entry("am", always(many("am: .*|reset: moving to .*"))),
            Map.entry("rebase", always(many("rebase\\b.*|commit( \\(.*\\))?: .*|reset: moving to .*"))),
            Map.entry(
                    "pull",
                    always(new Expectation(
                            Pattern.compile("pull\\b.*|rebase\\b.*"),
                            true,
                            List.of(new Other(REMOTES, true, FETCHED))))),
            Map.entry("fetch", always(others(new Other(REMOTES, true, FETCHED)))),
            Map.entry("push", always(others(new Other(REMOTES, true, Pattern.compile("update by push"))))),
            Map.entry("branch", ReflogRule::branch),
            Map.entry("stash", ReflogRule::stash),
            Map.entry("notes", always(others(new Other("refs/notes/", true, Pattern.compile("notes: .*"))))),
            Map.entry("update-ref", ReflogRule::updateRef),
            Map.entry("worktree", ReflogRule::worktree),
            Map.entry("remote", ReflogRule::remote),
            Map.entry("reflog", always(others())),
            Map.entry("clone", always(one("clone: from .*"))));

    private ReflogRule() {}

    /** What the command would leave behind, had it done all it may do; null where that is not known. */
    static @Nullable Expectation of(CommandRecord record) {
        String command = record.command();
        Function<List<String>, Expectation> rule = command == null ? null : RULES.get(command);
        CommandRecord.Alias alias = record.alias();
        List<String> argv = alias == null ? record.argv() : alias.argv();
        int at = argv.indexOf(command);
        return rule == null || at < 0 ? null : rule.apply(argv.subList(at + 1, argv.size()));
    }

    /** Whether the command has certainly left an entry in HEAD's reflog, provided that there is one. */
    static boolean surelyMovedHead(CommandRecord record) {
        Integer code = record.exitCode();
        String command = record.command();
        if (code == null || code != 0 || command == null || record.argv().contains("--dry-run")) {
            return false;
        }
        String mode = String.valueOf(record.mode());
        return switch (command) {
            case "commit" -> true;
            case "reset" -> Set.of("soft", "hard", "merge", "keep").contains(mode);
            case "checkout" -> mode.equals("branch");
            default -> false;
        };
    }

    /** Made once: to compile its patterns takes longer than everything else that is done for a command here. */
    private static Function<List<String>, Expectation> always(Expectation expectation) {
        return _ -> expectation;
    }

    private static Expectation one(String head) {
        return new Expectation(Pattern.compile(head), false, List.of());
    }

    private static Expectation many(String head) {
        return new Expectation(Pattern.compile(head), true, List.of());
    }

    private static Expectation others(Other... others) {
        return new Expectation(null, false, List.of(others));
    }

    /** The branch that was made is named by its option, or by the only word, where git found one of a remote's. */
    private static Expectation moving(List<String> words, String create, String force) {
        List<Other> made = new ArrayList<>();
        for (int i = 0; i + 1 < words.size(); i++) {
            if (words.get(i).equals(create) || words.get(i).equals(force)) {
                made.add(madeBranch(words.get(i + 1)));
            }
        }
        List<String> names = names(words);
        if (made.isEmpty() && names.size() == 1) {
            made.add(branch(names.getFirst()));
        }
        return new Expectation(MOVED, false, made);
    }

    private static Other madeBranch(String name) {
        return new Other(branch(name).ref(), false, CREATED, true);
    }

    private static Other branch(String name) {
        return new Other(RawPath.ofText(HEADS + name).bytes(), false, CREATED);
    }

    /** Deleting leaves nothing; a renamed or copied branch has taken another's reflog along. */
    private static @Nullable Expectation branch(List<String> words) {
        List<String> names = names(words);
        boolean creates = words.stream()
                .allMatch(word -> !word.startsWith("-")
                        || List.of("-f", "--force", "-q", "--quiet", "-t", "--track", "--no-track")
                                .contains(word)
                        || word.startsWith("--track="));
        return creates && !names.isEmpty() ? others(madeBranch(names.getFirst())) : null;
    }

    private static @Nullable Expectation stash(List<String> words) {
        String action = words.isEmpty() || words.getFirst().startsWith("-") ? "push" : words.getFirst();
        return switch (action) {
            case "push", "save" ->
                new Expectation(
                        Pattern.compile("reset: moving to HEAD"),
                        true,
                        List.of(new Other("refs/stash", false, Pattern.compile("(WIP on|On) .*"))));
            case "apply" -> others();
            default -> null;
        };
    }

    private static @Nullable Expectation updateRef(List<String> words) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("-m")) {
                i++;
            } else if (word.equals("--no-deref") || word.equals("--create-reflog")) {
                continue;
            } else if (word.startsWith("-")) {
                return null;
            } else {
                names.add(word);
            }
        }
        if (names.size() < 2 || names.getFirst().equals("HEAD")) {
            return null;
        }
        return new Expectation(
                ANY, false, List.of(new Other(RawPath.ofText(names.getFirst()).bytes(), false, ANY)));
    }

    private static @Nullable Expectation worktree(List<String> words) {
        if (words.isEmpty() || !words.getFirst().equals("add")) {
            return others(); // Of a work tree that is removed HEAD goes with it.
        }
        for (int i = 0; i + 1 < words.size(); i++) {
            if (words.get(i).equals("-b") || words.get(i).equals("-B")) {
                return others(madeBranch(words.get(i + 1)));
            }
        }
        List<String> names = names(words.subList(1, words.size()));
        return names.size() != 1
                ? null
                : others(branch(RawPath.ofText(names.getFirst()).name()));
    }

    /** Removing and renaming a remote deletes refs, and pruning does. */
    private static @Nullable Expectation remote(List<String> words) {
        List<String> names = names(words);
        return switch (names.isEmpty() ? "" : names.getFirst()) {
            case "add", "update" -> others(new Other(REMOTES, true, FETCHED));
            case "set-url", "set-branches" -> others();
            default -> null;
        };
    }

    /** What is no option, up to the paths. */
    private static List<String> names(List<String> words) {
        List<String> names = new ArrayList<>();
        for (String word : words) {
            if (word.equals("--")) {
                break;
            }
            if (!word.startsWith("-")) {
                names.add(word);
            }
        }
        return names;
    }
}
