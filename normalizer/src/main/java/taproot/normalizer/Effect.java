package taproot.normalizer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * * What kind of thing a command did to its repository. Claimed only where it is certain; {@link Plain#UNKNOWN} says it is
 * not. In JSON an object with {@code kind}, the wire name below, and the components that are known.
 *
 * <p>Object names come from ref changes and are null without them; names of commits, branches and remotes are as they
 * were typed.
 */
public sealed interface Effect {
    /** The name of its kind in JSON. */
    String kind();

    /** A commit was made: {@code commit_created}, or {@code commit_amended} where it replaces another. */
    record Commit(boolean amended, @Nullable String commit) implements Effect {
        @Override
        public String kind() {
            return amended ? "commit_amended" : "commit_created";
        }
    }

    /** {@code reset}: {@code mode} is soft, mixed, hard, merge, keep, or path. */
    record Reset(String mode, @Nullable String commit) implements Effect {
        @Override
        public String kind() {
            return "reset";
        }
    }

    /** {@code rebase_finished}, {@code rebase_aborted}, {@code rebase_stopped}. */
    record Rebase(Progress progress) implements Effect {
        /** How far it came. */
        public enum Progress {
            FINISHED,
            ABORTED,
            STOPPED
        }

        @Override
        public String kind() {
            return wire("rebase", progress);
        }
    }

    /** {@code merge}: sources were merged; as a commit of their own, where {@code merge_commit} is true, or not known. */
    record Merge(List<String> sources, boolean mergeCommit) implements Effect {
        @Override
        public String kind() {
            return "merge";
        }
    }

    /** {@code fast_forward}: HEAD moved to a commit that there was. */
    record FastForward(List<String> sources) implements Effect {
        @Override
        public String kind() {
            return "fast_forward";
        }
    }

    /** {@code squash}: sources were merged into index and work tree only. */
    record Squash(List<String> sources) implements Effect {
        @Override
        public String kind() {
            return "squash";
        }
    }

    /** {@code conflict}: the command left conflicts to resolve. */
    record Conflict(String command) implements Effect {
        @Override
        public String kind() {
            return "conflict";
        }
    }

    /** {@code aborted}: a merge, cherry-pick, revert or am that had stopped was given up. */
    record Aborted(String command) implements Effect {
        @Override
        public String kind() {
            return "aborted";
        }
    }

    /** {@code cherry_pick}: sources as typed, none where it was continued; the commits made, where they are known. */
    record CherryPick(List<String> sources, List<String> commits) implements Effect {
        @Override
        public String kind() {
            return "cherry_pick";
        }
    }

    /** {@code revert}: as {@link CherryPick}. */
    record Revert(List<String> sources, List<String> commits) implements Effect {
        @Override
        public String kind() {
            return "revert";
        }
    }

    /** What can become of a branch or a tag. */
    enum Change {
        CREATED,
        MOVED,
        RENAMED,
        DELETED
    }

    /** {@code branch_created}, {@code branch_moved}, {@code branch_renamed}, {@code branch_deleted}. */
    record Branch(Change change, String name, @Nullable String from) implements Effect {
        @Override
        public String kind() {
            return wire("branch", change);
        }
    }

    /** {@code tag_created}, {@code tag_moved}, {@code tag_deleted}: git renames no tags. */
    record Tag(Change change, String name) implements Effect {
        @Override
        public String kind() {
            return wire("tag", change);
        }
    }

    /** {@code switched}: HEAD is what was asked for, by checkout or switch; null where that was not said. */
    record Switched(@Nullable String to) implements Effect {
        @Override
        public String kind() {
            return "switched";
        }
    }

    /** {@code paths_checked_out}: checkout wrote files, not HEAD. */
    record PathsCheckedOut() implements Effect {
        @Override
        public String kind() {
            return "paths_checked_out";
        }
    }

    /** {@code restored}: files of the work tree, of the index, or of both. */
    record Restored(boolean worktree, boolean staged) implements Effect {
        @Override
        public String kind() {
            return "restored";
        }
    }

    /** {@code stash_pushed}, {@code stash_applied}, {@code stash_popped}, {@code stash_dropped}. */
    record Stash(Action action) implements Effect {
        /** What was done with it. */
        public enum Action {
            PUSHED,
            APPLIED,
            POPPED,
            DROPPED
        }

        @Override
        public String kind() {
            return wire("stash", action);
        }
    }

    /** {@code fetched}, {@code pulled}, {@code pushed}: the remote as typed. */
    record Exchange(Direction direction, @Nullable String remote) implements Effect {
        /** Which way. */
        public enum Direction {
            FETCHED,
            PULLED,
            PUSHED
        }

        @Override
        public String kind() {
            return wire("", direction);
        }
    }

    /** {@code cloned} */
    record Cloned(@Nullable String from) implements Effect {
        @Override
        public String kind() {
            return "cloned";
        }
    }

    /** {@code initialized}, also one that there was. */
    record Initialized() implements Effect {
        @Override
        public String kind() {
            return "initialized";
        }
    }

    /** {@code worktree_added}, {@code worktree_removed}, {@code worktree_changed}: moved, locked, repaired, pruned. */
    record Worktree(Action action, @Nullable String path) implements Effect {
        /** What was done with it. */
        public enum Action {
            ADDED,
            REMOVED,
            CHANGED
        }

        @Override
        public String kind() {
            return wire("worktree", action);
        }
    }

    /** What has no more to say than its kind. */
    enum Plain implements Effect {
        /** The index alone: add, rm, mv, update-index. */
        INDEX_CHANGED,
        /** Files of the work tree: clean, apply. */
        FILES_CHANGED,
        REMOTE_CHANGED,
        CONFIG_CHANGED,
        NOTES_CHANGED,
        /** How objects and refs are stored, not what they are. */
        MAINTENANCE,
        /** It only read. */
        NOTHING,
        /** It may have done something: what is not certain. */
        UNKNOWN;

        @Override
        public String kind() {
            return wire("", this);
        }
    }

    private static String wire(String noun, Enum<?> what) {
        String verb = what.name().toLowerCase(java.util.Locale.ROOT);
        return noun.isEmpty() ? verb : noun + "_" + verb;
    }
}
