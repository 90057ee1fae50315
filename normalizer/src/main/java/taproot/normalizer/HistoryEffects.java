package taproot.normalizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The commands that make history or take it back: commit, reset, merge, rebase, cherry-pick, revert, am, stash. */
final class HistoryEffects {
    private static final Set<String> RESETS = Set.of("soft", "mixed", "hard", "merge", "keep", "path");

    private HistoryEffects() {}

    static void register(Map<String, EffectRule.Entry> rules) {
        rules.put(
                "commit",
                EffectRule.dryRun(
                        "m/message= F/file= C/reuse-message= c/reedit-message= t/template= author= date= cleanup= fixup="
                                + " squash= trailer= pathspec-from-file= S/gpg-sign? u/untracked-files? all allow-empty"
                                + " allow-empty-message amend dry-run short porcelain long",
                        HistoryEffects::commit));
        rules.put("reset", EffectRule.entry("soft mixed hard merge keep p/patch", HistoryEffects::reset));
        rules.put(
                "merge",
                EffectRule.stopping(
                        "m/message= F/file= into-name= s/strategy= X/strategy-option= cleanup= log? S/gpg-sign? squash"
                                + " commit no-commit ff ff-only no-ff abort quit continue",
                        HistoryEffects::merge,
                        HistoryEffects::mergeFailed));
        rules.put(
                "rebase",
                EffectRule.stopping(
                        "onto= C= whitespace= empty= S/gpg-sign? x/exec= r/rebase-merges? s/strategy= X/strategy-option="
                                + " i/interactive abort quit continue skip edit-todo show-current-patch",
                        HistoryEffects::rebase,
                        HistoryEffects::rebaseFailed));
        String pick =
                "cleanup= m/mainline= strategy= X/strategy-option= S/gpg-sign? n/no-commit e/edit abort quit continue skip";
        rules.put("cherry-pick", EffectRule.stopping(pick, HistoryEffects::pick, HistoryEffects::pickFailed));
        rules.put("revert", EffectRule.stopping(pick, HistoryEffects::pick, HistoryEffects::pickFailed));
        rules.put("am", EffectRule.entry("abort quit continue skip resolved show-current-patch?", HistoryEffects::am));
        rules.put(
                "stash",
                EffectRule.stopping(
                        "m/message= pathspec-from-file= index", HistoryEffects::stash, HistoryEffects::stashFailed));
    }

    private static List<Effect> commit(Deed deed) {
        Arguments args = deed.args();
        // These look at what would be committed, and stay with that.
        if (args.has("short", "porcelain", "long")) {
            return List.of(Effect.Plain.NOTHING);
        }
        return List.of(new Effect.Commit(args.has("amend"), deed.newHead()));
    }

    private static List<Effect> reset(Deed deed) {
        String mode = deed.mode();
        Arguments args = deed.args();
        if (mode == null) {
            mode = RESETS.stream().filter(args::has).findFirst().orElse(null);
        }
        if (args.has("patch")) {
            mode = "path";
        }
        // Without an option it is mixed, or of paths: which of them a word is, only the repository knows.
        if (mode == null && args.words().isEmpty()) {
            mode = "mixed";
        }
        if (mode == null || !RESETS.contains(mode)) {
            return List.of(Effect.Plain.UNKNOWN);
        }
        return List.of(new Effect.Reset(mode, mode.equals("path") ? null : deed.newHead()));
    }

    private static List<Effect> merge(Deed deed) {
        Arguments args = deed.args();
        List<String> sources = args.words();
        if (args.has("abort", "quit")) {
            return List.of(new Effect.Aborted("merge"));
        }
        if (args.has("continue")) {
            return List.of(new Effect.Merge(List.of(), true));
        }
        if (args.has("squash")) {
            return List.of(new Effect.Squash(sources));
        }
        // With a strategy at work it saves the work tree first; when HEAD has moved, it sees to maintenance.
        boolean strategy = deed.started("git", "stash", "create");
        String head = deed.newHead();
        boolean moved =
                head != null || deed.started("git", "maintenance", "run") || deed.started("git", "gc", "--auto");
        if (!moved) {
            return List.of(Effect.Plain.UNKNOWN);
        }
        if (args.has("ff-only") || (sources.size() == 1 && sources.getFirst().equals(head))) {
            return List.of(new Effect.FastForward(sources));
        }
        return List.of(new Effect.Merge(sources, strategy || args.has("no-ff")));
    }

    /** Conflicts are exit 1 without a word on the error stream that trace2 hears. */
    private static List<Effect> mergeFailed(Deed deed) {
        boolean conflict = deed.exitedWith(1)
                && deed.saidNothing()
                && !deed.args().has("abort", "quit", "continue")
                && deed.started("git", "stash", "create")
                && !failedHook(deed);
        return conflict ? List.of(new Effect.Conflict("merge")) : List.of(Effect.Plain.UNKNOWN);
    }

    private static boolean failedHook(Deed deed) {
        return deed.record().children().stream()
                .anyMatch(child -> (child.hook() != null || "editor".equals(child.childClass()))
                        && (child.exitCode() == null || child.exitCode() != 0));
    }

    private static List<Effect> rebase(Deed deed) {
        Arguments args = deed.args();
        if (args.has("abort", "quit")) {
            return List.of(new Effect.Rebase(Effect.Rebase.Progress.ABORTED));
        }
        if (args.has("edit-todo", "show-current-patch")) {
            return List.of(Effect.Plain.UNKNOWN);
        }
        // It also exits with 0 where it was told to stop, and where there was nothing to do. What it does in the end
        // is to set the branch; without one, to say which commits replace which.
        boolean finished = deed.moved(ref -> ref.startsWith("refs/heads/"))
                || !deed.record().rewrites().isEmpty();
        return finished ? List.of(new Effect.Rebase(Effect.Rebase.Progress.FINISHED)) : List.of(Effect.Plain.UNKNOWN);
    }

    private static List<Effect> rebaseFailed(Deed deed) {
        if (deed.exitedWith(1) && deed.said("could not apply ")) {
            return List.of(new Effect.Rebase(Effect.Rebase.Progress.STOPPED), new Effect.Conflict("rebase"));
        }
        return List.of(Effect.Plain.UNKNOWN);
    }

    private static List<Effect> pick(Deed deed) {
        Arguments args = deed.args();
        if (args.has("abort", "quit")) {
            return List.of(new Effect.Aborted(deed.command()));
        }
        return List.of(
                deed.command().equals("revert")
                        ? new Effect.Revert(args.words(), deed.newHeads())
                        : new Effect.CherryPick(args.words(), deed.newHeads()));
    }

    private static List<Effect> pickFailed(Deed deed) {
        boolean stopped = deed.exitedWith(1)
                && (deed.said("could not apply ") || deed.said("could not revert "))
                && !deed.args().has("abort", "quit");
        if (!stopped) {
            return List.of(Effect.Plain.UNKNOWN);
        }
        List<Effect> effects = new ArrayList<>();
        effects.add(new Effect.Conflict(deed.command()));
        if (!deed.newHeads().isEmpty()) {
            effects.add(Effect.Plain.UNKNOWN);
        }
        return effects;
    }

    private static List<Effect> am(Deed deed) {
        Arguments args = deed.args();
        if (args.has("abort", "quit")) {
            return List.of(new Effect.Aborted("am"));
        }
        List<Effect> effects = new ArrayList<>();
        for (String head : deed.newHeads()) {
            effects.add(new Effect.Commit(false, head));
        }
        return effects.isEmpty() ? List.of(Effect.Plain.UNKNOWN) : effects;
    }

    private static List<Effect> stash(Deed deed) {
        String action = stashAction(deed);
        List<String> words = deed.args().words();
        return switch (action) {
            // With nothing to save it exits with 0 as well.
            case "push", "save" ->
                deed.moved("refs/stash"::equals) || deed.started("git", "reset", "--hard")
                        ? List.of(new Effect.Stash(Effect.Stash.Action.PUSHED))
                        : List.of(Effect.Plain.UNKNOWN);
            case "store" -> List.of(new Effect.Stash(Effect.Stash.Action.PUSHED));
            case "apply" -> List.of(new Effect.Stash(Effect.Stash.Action.APPLIED));
            case "pop" -> List.of(new Effect.Stash(Effect.Stash.Action.POPPED));
            case "drop", "clear" -> List.of(new Effect.Stash(Effect.Stash.Action.DROPPED));
            case "branch" ->
                words.size() < 2
                        ? List.of(Effect.Plain.UNKNOWN)
                        : List.of(
                                new Effect.Branch(Effect.Change.CREATED, words.get(1), null),
                                new Effect.Switched(words.get(1)),
                                new Effect.Stash(Effect.Stash.Action.POPPED));
            default -> List.of(Effect.Plain.UNKNOWN);
        };
    }

    private static List<Effect> stashFailed(Deed deed) {
        String action = stashAction(deed);
        boolean conflict = deed.exitedWith(1)
                && deed.saidNothing()
                && (action.equals("apply") || action.equals("pop"))
                && !deed.args().has("index");
        return conflict ? List.of(new Effect.Conflict("stash")) : List.of(Effect.Plain.UNKNOWN);
    }

    /** Options alone mean push. */
    private static String stashAction(Deed deed) {
        String word = deed.args().word(0);
        return word == null || deed.args().paths() == deed.args().words().size() ? "push" : word;
    }
}
