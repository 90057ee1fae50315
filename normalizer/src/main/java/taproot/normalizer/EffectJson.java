package taproot.normalizer;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The JSON form of an {@link Effect}; a kind of a newer version is read as {@link Effect.Plain#UNKNOWN}. */
final class EffectJson {
    private EffectJson() {}

    static void write(Effect effect, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("kind", effect.kind());
        switch (effect) {
            case Effect.Commit e -> some(out, "commit", e.commit());
            case Effect.Reset e -> {
                out.writeStringField("mode", e.mode());
                some(out, "commit", e.commit());
            }
            case Effect.Merge e -> {
                some(out, "sources", e.sources());
                flag(out, "merge_commit", e.mergeCommit());
            }
            case Effect.FastForward e -> some(out, "sources", e.sources());
            case Effect.Squash e -> some(out, "sources", e.sources());
            case Effect.Conflict e -> out.writeStringField("command", e.command());
            case Effect.Aborted e -> out.writeStringField("command", e.command());
            case Effect.CherryPick e -> {
                some(out, "sources", e.sources());
                some(out, "commits", e.commits());
            }
            case Effect.Revert e -> {
                some(out, "sources", e.sources());
                some(out, "commits", e.commits());
            }
            case Effect.Branch e -> {
                out.writeStringField("name", e.name());
                some(out, "from", e.from());
            }
            case Effect.Tag e -> out.writeStringField("name", e.name());
            case Effect.Switched e -> some(out, "to", e.to());
            case Effect.Restored e -> {
                flag(out, "worktree", e.worktree());
                flag(out, "staged", e.staged());
            }
            case Effect.Exchange e -> some(out, "remote", e.remote());
            case Effect.Cloned e -> some(out, "from", e.from());
            case Effect.Worktree e -> some(out, "path", e.path());
            case Effect.Rebase _, Effect.PathsCheckedOut _, Effect.Stash _, Effect.Initialized _, Effect.Plain _ -> {}
        }
        out.writeEndObject();
    }

    static Effect read(RecordFields f) {
        String kind = f.requiredText("kind");
        return switch (kind) {
            case "commit_created", "commit_amended" -> new Effect.Commit(kind.endsWith("amended"), f.text("commit"));
            case "reset" -> new Effect.Reset(f.requiredText("mode"), f.text("commit"));
            case "rebase_finished", "rebase_aborted", "rebase_stopped" ->
                new Effect.Rebase(constant(Effect.Rebase.Progress.class, kind));
            case "merge" -> new Effect.Merge(f.texts("sources"), f.flag("merge_commit"));
            case "fast_forward" -> new Effect.FastForward(f.texts("sources"));
            case "squash" -> new Effect.Squash(f.texts("sources"));
            case "conflict" -> new Effect.Conflict(f.requiredText("command"));
            case "aborted" -> new Effect.Aborted(f.requiredText("command"));
            case "cherry_pick" -> new Effect.CherryPick(f.texts("sources"), f.texts("commits"));
            case "revert" -> new Effect.Revert(f.texts("sources"), f.texts("commits"));
            case "branch_created", "branch_moved", "branch_renamed", "branch_deleted" ->
                new Effect.Branch(constant(Effect.Change.class, kind), f.requiredText("name"), f.text("from"));
            case "tag_created", "tag_moved", "tag_renamed", "tag_deleted" ->
                new Effect.Tag(constant(Effect.Change.class, kind), f.requiredText("name"));
            case "switched" -> new Effect.Switched(f.text("to"));
            case "paths_checked_out" -> new Effect.PathsCheckedOut();
            case "restored" -> new Effect.Restored(f.flag("worktree"), f.flag("staged"));
            case "stash_pushed", "stash_applied", "stash_popped", "stash_dropped" ->
                new Effect.Stash(constant(Effect.Stash.Action.class, kind));
            case "fetched", "pulled", "pushed" ->
                new Effect.Exchange(constant(Effect.Exchange.Direction.class, kind), f.text("remote"));
            case "cloned" -> new Effect.Cloned(f.text("from"));
            case "initialized" -> new Effect.Initialized();
            case "worktree_added", "worktree_removed", "worktree_changed" ->
                new Effect.Worktree(constant(Effect.Worktree.Action.class, kind), f.text("path"));
            default -> plain(kind);
        };
    }

    private static Effect plain(String kind) {
        for (Effect.Plain plain : Effect.Plain.values()) {
            if (plain.kind().equals(kind)) {
                return plain;
            }
        }
        return Effect.Plain.UNKNOWN;
    }

    /** What stands behind the noun names the constant. */
    private static <E extends Enum<E>> E constant(Class<E> type, String kind) {
        return Enum.valueOf(type, kind.substring(kind.indexOf('_') + 1).toUpperCase(Locale.ROOT));
    }

    private static void some(JsonGenerator out, String name, @Nullable String value) throws IOException {
        if (value != null) {
            out.writeStringField(name, value);
        }
    }

    private static void some(JsonGenerator out, String name, List<String> values) throws IOException {
        if (!values.isEmpty()) {
            out.writeArrayFieldStart(name);
            for (String value : values) {
                out.writeString(value);
            }
            out.writeEndArray();
        }
    }

    private static void flag(JsonGenerator out, String name, boolean value) throws IOException {
        if (value) {
            out.writeBooleanField(name, true);
        }
    }
}
