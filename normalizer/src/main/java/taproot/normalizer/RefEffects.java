package taproot.normalizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The commands that name things and go to them: branch, tag, checkout, switch, restore, worktree, update-ref. */
final class RefEffects {
    private static final String SWITCHING = "t/track? conflict= pathspec-from-file= recurse-submodules? orphan=";

    private RefEffects() {}

    static void register(Map<String, EffectRule.Entry> rules) {
        rules.put(
                "branch",
                EffectRule.entry(
                        "t/track? u/set-upstream-to= unset-upstream edit-description d/delete D m/move M c/copy C f/force"
                                + " r/remotes l/list contains= no-contains= merged= no-merged= sort= points-at= format="
                                + " color? abbrev? column? create-reflog",
                        RefEffects::branch));
        rules.put(
                "tag",
                EffectRule.entry(
                        "d/delete f/force m/message= F/file= u/local-user= cleanup= trailer= n? v/verify l/list contains="
                                + " no-contains= merged= no-merged= sort= points-at= format= column? color?",
                        RefEffects::tag));
        rules.put("checkout", EffectRule.entry("b= B= p/patch d/detach " + SWITCHING, RefEffects::checkout));
        rules.put("switch", EffectRule.entry("c/create= C/force-create= d/detach " + SWITCHING, RefEffects::goTo));
        rules.put(
                "restore",
                EffectRule.entry(
                        "s/source= conflict= pathspec-from-file= recurse-submodules? S/staged W/worktree",
                        RefEffects::restore));
        rules.put(
                "worktree", EffectRule.entry("b= B= reason= expire= n/dry-run d/detach orphan", RefEffects::worktree));
        rules.put("update-ref", EffectRule.entry("m= d stdin no-deref create-reflog z", RefEffects::updateRef));
        rules.put("symbolic-ref", EffectRule.entry("m= d/delete q/quiet short", RefEffects::symbolicRef));
    }

    private static List<Effect> branch(Deed deed) {
        Arguments args = deed.args();
        List<String> words = args.words();
        if (args.has("set-upstream-to", "unset-upstream", "edit-description")) {
            return List.of(Effect.Plain.CONFIG_CHANGED);
        }
        if (args.has("delete", "D")) {
            return words.stream()
                    .<Effect>map(name -> new Effect.Branch(Effect.Change.DELETED, name, null))
                    .toList();
        }
        if (args.has("move", "M")) {
            return switch (words.size()) {
                case 1 -> List.of(new Effect.Branch(Effect.Change.RENAMED, words.get(0), null));
                case 2 -> List.of(new Effect.Branch(Effect.Change.RENAMED, words.get(1), words.get(0)));
                default -> List.of(Effect.Plain.UNKNOWN);
            };
        }
        String name = args.has("copy", "C") && !words.isEmpty() ? words.getLast() : args.word(0);
        boolean forced = args.has("force", "C");
        return name == null || args.has("list", "remotes")
                ? List.of(Effect.Plain.UNKNOWN)
                : List.of(branch(deed, name, forced));
    }

    /** By force it is there or anew: only the ref's old value tells. */
    private static Effect branch(Deed deed, String name, boolean forced) {
        Effect.Change change = forced ? deed.change("refs/heads/" + name) : Effect.Change.CREATED;
        return change == null ? Effect.Plain.UNKNOWN : new Effect.Branch(change, name, null);
    }

    private static List<Effect> tag(Deed deed) {
        Arguments args = deed.args();
        List<String> words = args.words();
        if (args.has("delete")) {
            return words.stream()
                    .<Effect>map(name -> new Effect.Tag(Effect.Change.DELETED, name))
                    .toList();
        }
        String name = args.word(0);
        if (name == null || args.has("list", "verify")) {
            return List.of(Effect.Plain.UNKNOWN);
        }
        Effect.Change change = Effect.Change.CREATED;
        if (args.has("force")) {
            // For tags git always looks at what it replaces: zeros mean that there was none.
            change = deed.change("refs/tags/" + name);
            if (change == null && deed.moved(("refs/tags/" + name)::equals)) {
                change = Effect.Change.CREATED;
            }
        }
        return change == null ? List.of(Effect.Plain.UNKNOWN) : List.of(new Effect.Tag(change, name));
    }

    private static List<Effect> checkout(Deed deed) {
        Arguments args = deed.args();
        boolean ofPaths = "path".equals(deed.mode()) || args.paths() > 0 || args.has("patch", "pathspec-from-file");
        if (ofPaths) {
            return List.of(new Effect.PathsCheckedOut());
        }
        // Whether a word is a branch or a path, only git knows, and says it to the command's own process.
        boolean isSwitch = "branch".equals(deed.mode()) || args.has("b", "B", "orphan", "detach", "track");
        return isSwitch ? switched(deed, args.value("b"), args.value("B")) : List.of(Effect.Plain.UNKNOWN);
    }

    private static List<Effect> goTo(Deed deed) {
        return switched(deed, deed.args().value("create"), deed.args().value("force-create"));
    }

    private static List<Effect> switched(Deed deed, @Nullable String created, @Nullable String forced) {
        List<Effect> effects = new ArrayList<>();
        Arguments args = deed.args();
        String orphan = args.value("orphan");
        String name = created != null ? created : forced != null ? forced : orphan;
        if (created != null) {
            effects.add(branch(deed, created, false));
        } else if (forced != null) {
            effects.add(branch(deed, forced, true));
        }
        String to = name != null ? name : args.has("detach") && args.word(0) == null ? "HEAD" : args.word(0);
        if (to == null) {
            return List.of(Effect.Plain.UNKNOWN);
        }
        effects.add(new Effect.Switched(to));
        // A branch that only a remote had is made on the way.
        if (name == null) {
            for (Effect effect : deed.byRefs()) {
                if (effect instanceof Effect.Branch made && made.change() == Effect.Change.CREATED) {
                    effects.add(made);
                }
            }
        }
        return effects;
    }

    private static List<Effect> restore(Deed deed) {
        Arguments args = deed.args();
        boolean staged = args.has("staged");
        return List.of(new Effect.Restored(!staged || args.has("worktree"), staged));
    }

    private static List<Effect> worktree(Deed deed) {
        Arguments args = deed.args();
        String action = args.word(0);
        String path = args.word(1);
        if (action == null) {
            return List.of(Effect.Plain.UNKNOWN);
        }
        if (action.equals("prune") && args.has("dry-run")) {
            return List.of(Effect.Plain.NOTHING);
        }
        return switch (action) {
            case "add" -> added(deed, path);
            case "remove" -> List.of(new Effect.Worktree(Effect.Worktree.Action.REMOVED, path));
            case "move", "lock", "unlock", "prune", "repair" ->
                List.of(new Effect.Worktree(Effect.Worktree.Action.CHANGED, path));
            default -> List.of(Effect.Plain.UNKNOWN);
        };
    }

    private static List<Effect> added(Deed deed, @Nullable String path) {
        List<Effect> effects = new ArrayList<>();
        effects.add(new Effect.Worktree(Effect.Worktree.Action.ADDED, path));
        String created = deed.args().value("b");
        if (created != null) {
            effects.add(branch(deed, created, false));
        } else {
            effects.addAll(deed.byRefs());
        }
        return effects;
    }

    private static List<Effect> updateRef(Deed deed) {
        List<Effect> effects = new ArrayList<>(deed.byRefs());
        if (!deed.args().has("stdin") && deed.args().words().size() > 1) {
            String ref = String.valueOf(deed.args().word(0));
            if (deed.args().has("d") && ref.startsWith("refs/heads/")) {
                effects.add(new Effect.Branch(Effect.Change.DELETED, ref.substring("refs/heads/".length()), null));
            }
        }
        effects.add(Effect.Plain.UNKNOWN);
        return effects;
    }

    private static List<Effect> symbolicRef(Deed deed) {
        boolean setsHead =
                deed.args().words().size() == 2 && "HEAD".equals(deed.args().word(0));
        return setsHead ? List.of(new Effect.Switched(deed.args().word(1))) : List.of(Effect.Plain.UNKNOWN);
    }
}
