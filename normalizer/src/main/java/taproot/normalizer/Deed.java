package taproot.normalizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One git process that is to be judged by its arguments, its exit code and what its record knows besides. Costs a pass
 * over the record's lists where it asks.
 *
 * @param command its name, aliases resolved
 * @param sid which of the record's processes it is
 * @param mode what {@code cmd_mode} said; null where it said nothing, or where that is not kept
 */
record Deed(
        CommandRecord record,
        String sid,
        String command,
        Arguments args,
        @Nullable String mode,
        @Nullable Integer exitCode) {
    private static final String HEADS = "refs/heads/";
    private static final String TAGS = "refs/tags/";

    boolean isSuccess() {
        return exitCode != null && exitCode == 0;
    }

    boolean exitedWith(int code) {
        return exitCode != null && exitCode == code;
    }

    /** Whether git's own errors, of any process of the record, include one that begins so. */
    boolean said(String beginning) {
        return record.errors().stream().anyMatch(error -> error.startsWith(beginning));
    }

    boolean saidNothing() {
        return record.errors().isEmpty() && !record.dropped().containsKey("errors");
    }

    /** Whether a child of this process, a hook or an editor, ended badly. */
    boolean wasFailedByAChild() {
        return record.dropped().containsKey("children")
                || record.children().stream()
                        .anyMatch(child ->
                                child.sid().equals(sid) && (child.exitCode() == null || child.exitCode() != 0));
    }

    /** Whether it started this git command. */
    boolean started(String... words) {
        List<String> argv = List.of(words);
        return record.children().stream().anyMatch(child -> child.sid().equals(sid) && startsWith(child.argv(), argv));
    }

    private static boolean startsWith(List<String> argv, List<String> words) {
        return argv.size() >= words.size() && argv.subList(0, words.size()).equals(words);
    }

    // Refs.

    /** What HEAD moved to last; null where it is not known to have moved. */
    @Nullable
    String newHead() {
        List<String> heads = newHeads();
        return heads.isEmpty() ? null : heads.getLast();
    }

    /**
     * What HEAD moved to, one after another. git ≥ 2.52 names the branch alone when it moves both; it can only be that
     * one where no other moved.
     */
    List<String> newHeads() {
        List<String> heads = newValues("HEAD"::equals);
        if (!heads.isEmpty()) {
            return heads;
        }
        long branches = changes().stream()
                .map(CommandRecord.RefChange::ref)
                .filter(ref -> ref.startsWith(HEADS))
                .distinct()
                .count();
        return branches == 1 ? newValues(ref -> ref.startsWith(HEADS)) : List.of();
    }

    private List<String> newValues(Predicate<String> ref) {
        return changes().stream()
                .filter(change -> ref.test(change.ref()))
                .map(CommandRecord.RefChange::current)
                .filter(current -> !isZero(current) && !current.startsWith("ref:"))
                .toList();
    }

    /** Whether such a ref is known to have moved. */
    boolean moved(Predicate<String> ref) {
        return changes().stream().anyMatch(change -> ref.test(change.ref()));
    }

    /** What this process, or one below it, is known to have moved; what only the command is known for is its owner's. */
    List<CommandRecord.RefChange> changes() {
        if ("unknown".equals(record.refConfidence())) {
            return List.of();
        }
        return record.refChanges().stream().filter(this::isOurs).toList();
    }

    private boolean isOurs(CommandRecord.RefChange change) {
        String by = change.sid();
        return sid.equals(record.sid())
                || (by != null
                        && by.startsWith(sid)
                        && (by.length() == sid.length() || by.charAt(sid.length()) == '/'));
    }

    /** What is certain of a branch or tag that was set by force; null where the change does not tell. */
    Effect.@Nullable Change change(String ref) {
        Effect.Change last = null;
        for (CommandRecord.RefChange change : changes()) {
            if (change.ref().equals(ref)) {
                last = change(change);
            }
        }
        return last;
    }

    /** A hook is told zeros also for the old value that nobody looked at; a reflog only where there was none. */
    private static Effect.@Nullable Change change(CommandRecord.RefChange change) {
        if (isZero(change.current())) {
            return Effect.Change.DELETED;
        }
        if (!isZero(change.old())) {
            return Effect.Change.MOVED;
        }
        return change.source().equals("reflog") ? Effect.Change.CREATED : null;
    }

    /** Branches and tags as their refs moved, whatever the command. */
    List<Effect> byRefs() {
        List<Effect> effects = new ArrayList<>();
        for (CommandRecord.RefChange change : changes()) {
            Effect.Change what = change(change);
            if (what != null && change.ref().startsWith(HEADS)) {
                effects.add(new Effect.Branch(what, change.ref().substring(HEADS.length()), null));
            } else if (what != null && change.ref().startsWith(TAGS)) {
                effects.add(new Effect.Tag(what, change.ref().substring(TAGS.length())));
            }
        }
        return effects;
    }

    static boolean isZero(String objectName) {
        return !objectName.isEmpty() && objectName.chars().allMatch(c -> c == '0');
    }
}
