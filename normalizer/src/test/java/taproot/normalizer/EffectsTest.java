package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a command did, from its arguments and what else is known of it. */
class EffectsTest {
    /** Every kind there is; {@link #everyKindStandsHere} keeps it so. */
    static final List<Effect> ONE_OF_EACH = Stream.concat(
                    Stream.of(
                            new Effect.Commit(false, null),
                            new Effect.Commit(true, "1f"),
                            new Effect.Reset("hard", "1f"),
                            new Effect.Rebase(Effect.Rebase.Progress.FINISHED),
                            new Effect.Rebase(Effect.Rebase.Progress.ABORTED),
                            new Effect.Rebase(Effect.Rebase.Progress.STOPPED),
                            new Effect.Merge(List.of("topic"), true),
                            new Effect.FastForward(List.of("topic")),
                            new Effect.Squash(List.of("a", "b")),
                            new Effect.Conflict("merge"),
                            new Effect.Aborted("merge"),
                            new Effect.CherryPick(List.of("a..b"), List.of("1f", "2f")),
                            new Effect.Revert(List.of("HEAD"), List.of()),
                            new Effect.Branch(Effect.Change.CREATED, "x", null),
                            new Effect.Branch(Effect.Change.RENAMED, "x", "y"),
                            new Effect.Branch(Effect.Change.MOVED, "x", null),
                            new Effect.Branch(Effect.Change.DELETED, "x", null),
                            new Effect.Tag(Effect.Change.CREATED, "v1"),
                            new Effect.Tag(Effect.Change.MOVED, "v1"),
                            new Effect.Tag(Effect.Change.DELETED, "v1"),
                            new Effect.Switched("main"),
                            new Effect.Switched(null),
                            new Effect.PathsCheckedOut(),
                            new Effect.Restored(true, false),
                            new Effect.Restored(false, true),
                            new Effect.Stash(Effect.Stash.Action.PUSHED),
                            new Effect.Stash(Effect.Stash.Action.APPLIED),
                            new Effect.Stash(Effect.Stash.Action.POPPED),
                            new Effect.Stash(Effect.Stash.Action.DROPPED),
                            new Effect.Exchange(Effect.Exchange.Direction.FETCHED, "origin"),
                            new Effect.Exchange(Effect.Exchange.Direction.PULLED, null),
                            new Effect.Exchange(Effect.Exchange.Direction.PUSHED, "origin"),
                            new Effect.Cloned("https://example.org/x"),
                            new Effect.Initialized(),
                            new Effect.Worktree(Effect.Worktree.Action.ADDED, "../x"),
                            new Effect.Worktree(Effect.Worktree.Action.REMOVED, "../x"),
                            new Effect.Worktree(Effect.Worktree.Action.CHANGED, null)),
                    Stream.of(Effect.Plain.values()))
            .toList();

    private static final String ZERO = "0".repeat(40);
    private static final String ONE = "1".repeat(40);
    private static final String TWO = "2".repeat(40);

    @Test
    void everyKindStandsHere() {
        assertThat(ONE_OF_EACH.stream().<Class<?>>map(Effect::getClass).distinct())
                .containsExactlyInAnyOrder(Effect.class.getPermittedSubclasses());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            value = {
                "commit -m x                    | commit_created",
                "commit -am x                   | commit_created",
                "commit --amend --no-edit       | commit_amended",
                "commit --ame                   | commit_amended",
                "commit -m --amend              | commit_created",
                "commit --amend --no-amend      | commit_created",
                "-c user.name=a commit --amend  | commit_amended",
                "commit --dry-run               | nothing",
                "commit --porcelain             | nothing",
                "reset --soft HEAD~1            | reset soft",
                "reset --hard                   | reset hard",
                "reset                          | reset mixed",
                "reset HEAD~1                   | unknown",
                "merge topic                    | unknown",
                "merge --squash topic           | squash topic",
                "merge --abort                  | aborted merge",
                "merge --continue               | merge commit",
                "rebase main                    | unknown",
                "rebase --abort                 | rebase_aborted",
                "rebase --quit                  | rebase_aborted",
                "cherry-pick a b..c             | cherry_pick a b..c",
                "cherry-pick -m 1 a             | cherry_pick a",
                "cherry-pick --abort            | aborted cherry-pick",
                "cherry-pick --continue         | cherry_pick",
                "revert --no-edit HEAD          | revert HEAD",
                "branch x                       | branch_created x",
                "branch -t x origin/x           | branch_created x",
                "branch -f x                    | unknown",
                "branch -D x y                  | branch_deleted x, branch_deleted y",
                "branch -m x                    | branch_renamed x",
                "branch -m x y                  | branch_renamed x y",
                "branch -c x y                  | branch_created y",
                "branch -u origin/x             | config_changed",
                "branch --list x                | nothing",
                "tag v1                         | tag_created v1",
                "tag -am message v1             | tag_created v1",
                "tag -f v1                      | unknown",
                "tag -d v1 v2                   | tag_deleted v1, tag_deleted v2",
                "checkout -b x                  | branch_created x, switched x",
                "checkout -b x origin/x         | branch_created x, switched x",
                "checkout -- a b                | paths_checked_out",
                "checkout main -- a             | paths_checked_out",
                "checkout x                     | unknown",
                "switch x                       | switched x",
                "switch -c x                    | branch_created x, switched x",
                "switch --detach                | switched HEAD",
                "switch --orphan x              | switched x",
                "restore a                      | restored worktree",
                "restore --staged a             | restored staged",
                "restore -SW a                  | restored worktree staged",
                "stash apply                    | stash_applied",
                "stash pop                      | stash_popped",
                "stash drop                     | stash_dropped",
                "stash clear                    | stash_dropped",
                "stash                          | unknown",
                "stash push -m pop              | unknown",
                "stash create                   | unknown",
                "stash branch x                 | branch_created x, switched x, stash_popped",
                "fetch                          | fetched",
                "fetch origin main              | fetched origin",
                "fetch --depth 1 origin         | fetched origin",
                "fetch --dry-run                | unknown",
                "pull origin                    | pulled origin",
                "push origin main               | pushed origin",
                "push -n                        | nothing",
                "clone -q a b                   | cloned a",
                "clone -b x a                   | cloned a",
                "init -q                        | initialized",
                "worktree add ../x              | worktree_added ../x",
                "worktree add -b y ../x         | worktree_added ../x, branch_created y",
                "worktree remove ../x           | worktree_removed ../x",
                "worktree prune                 | worktree_changed",
                "remote add x url               | remote_changed",
                "remote update                  | fetched",
                "remote -v                      | nothing",
                "config a.b c                   | config_changed",
                "config a.b                     | nothing",
                "notes add -m x                 | notes_changed",
                "gc --auto                      | maintenance",
                "maintenance run                | maintenance",
                "add -A                         | index_changed",
                "add -n .                       | nothing",
                "clean -fd                      | files_changed",
                "apply --check x                | nothing",
                "symbolic-ref HEAD refs/heads/x | switched refs/heads/x",
                "update-ref refs/heads/x HEAD   | unknown",
                "status                         | nothing",
                "frobnicate                     | unknown",
                "bisect start                   | unknown",
            })
    void whatACommandDidIsInItsArguments(String line, String expected) {
        CommandRecord record = command(line).build();
        assertThat(text(record)).isEqualTo(expected);
        CommandRecord usage = command(line).exit(129).build();
        assertThat(text(usage)).isIn("nothing", "unknown");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"commit -m x", "merge x", "branch x", "push", "reset --hard", "stash pop", "clone a", "rebase x"
            })
    void whoFailedOrWasKilledHasNotDoneIt(String line) {
        assertThat(text(command(line).exit(128).build())).isEqualTo("unknown");
        assertThat(text(command(line).exit(1).said("something").build())).isEqualTo("unknown");
        assertThat(text(command(line).lost().build())).isEqualTo("unknown");
    }

    @Test
    void whatARefSaysIsCertainAlsoOfWhatFailed() {
        assertThat(text(command("fetch").exit(1).moved("refs/tags/v1", ONE, TWO).build()))
                .isEqualTo("tag_moved v1, unknown");
        assertThat(text(command("update-ref --stdin")
                        .moved("refs/heads/x", ONE, ZERO)
                        .build()))
                .isEqualTo("branch_deleted x, unknown");
        assertThat(text(command("checkout feature")
                        .mode("branch")
                        .reflog("refs/heads/feature", ZERO, ONE)
                        .build()))
                .isEqualTo("switched feature, branch_created feature");
    }

    @Test
    void zerosFromAHookDoNotSayThatThereWasNothing() {
        assertThat(text(command("branch -f x").moved("refs/heads/x", ZERO, ONE).build()))
                .isEqualTo("unknown");
        assertThat(text(command("branch -f x").moved("refs/heads/x", ONE, TWO).build()))
                .isEqualTo("branch_moved x");
        assertThat(text(command("branch -f x").reflog("refs/heads/x", ZERO, TWO).build()))
                .isEqualTo("branch_created x");
    }

    @Test
    void theCommitIsWhereHeadWent() {
        assertThat(text(command("commit -m x").moved("HEAD", ONE, TWO).build())).isEqualTo("commit_created " + TWO);
        assertThat(text(command("reset --hard")
                        .mode("hard")
                        .moved("HEAD", TWO, ONE)
                        .build()))
                .isEqualTo("reset hard " + ONE);
        assertThat(text(command("cherry-pick a b")
                        .moved("HEAD", ZERO, ONE)
                        .moved("HEAD", ONE, TWO)
                        .build()))
                .isEqualTo("cherry_pick a b " + ONE + " " + TWO);
    }

    @Test
    void aMergeThatMovedHeadIsAFastForwardOnlyWhereThatIsCertain() {
        assertThat(text(command("merge x").moved("HEAD", ONE, TWO).build())).isEqualTo("merge x");
        assertThat(text(command("merge --ff-only x").moved("HEAD", ONE, TWO).build()))
                .isEqualTo("fast_forward x");
        assertThat(text(command("merge " + TWO).moved("HEAD", ONE, TWO).build()))
                .isEqualTo("fast_forward " + TWO);
        assertThat(text(command("merge --no-ff x").moved("HEAD", ONE, TWO).build()))
                .isEqualTo("merge x commit");
        assertThat(text(command("merge x")
                        .started("git", "stash", "create")
                        .moved("HEAD", ONE, TWO)
                        .build()))
                .isEqualTo("merge x commit");
        assertThat(text(command("merge x").moved("ORIG_HEAD", ZERO, ONE).build()))
                .isEqualTo("unknown");
    }

    @Test
    void aRebaseIsFinishedWhenItSetTheBranchAndStoppedWhenItCouldNotApply() {
        assertThat(text(command("rebase x").moved("HEAD", ONE, TWO).build())).isEqualTo("unknown");
        assertThat(text(command("rebase x")
                        .moved("HEAD", ONE, TWO)
                        .moved("refs/heads/y", ONE, TWO)
                        .build()))
                .isEqualTo("rebase_finished");
        assertThat(text(command("rebase x")
                        .exit(1)
                        .said("could not apply 1f... subject")
                        .build()))
                .isEqualTo("rebase_stopped, conflict rebase");
        assertThat(text(command("rebase x")
                        .exit(1)
                        .said("cannot rebase: You have unstaged changes.")
                        .build()))
                .isEqualTo("unknown");
    }

    @Test
    void aConflictIsOneWhereGitSaidNothingElse() {
        assertThat(text(command("merge x")
                        .started("git", "stash", "create")
                        .exit(1)
                        .build()))
                .isEqualTo("conflict merge");
        assertThat(text(command("merge x")
                        .started("git", "stash", "create")
                        .exit(1)
                        .said("no")
                        .build()))
                .isEqualTo("unknown");
        assertThat(text(command("cherry-pick x")
                        .exit(1)
                        .said("could not apply 1f... s")
                        .build()))
                .isEqualTo("conflict cherry-pick");
        assertThat(text(command("stash pop").exit(1).build())).isEqualTo("conflict stash");
    }

    @Test
    void anAliasOfTheShellDidWhatItsCommandsDid() {
        Story story = command("save").below("git", "add", "-A").below("git", "commit", "-m", "x");
        assertThat(text(story.build())).isEqualTo("index_changed, commit_created");
        assertThat(text(story.exit(1).build())).isEqualTo("index_changed, commit_created");
        assertThat(text(command("save").build())).isEqualTo("unknown");
    }

    @Test
    void whatAPullDidIsWhatItsCommandsDid() {
        assertThat(text(command("pull")
                        .below("git", "fetch", "--update-head-ok")
                        .below("git", "merge", "--ff-only", "FETCH_HEAD")
                        .movedBelow(1, "HEAD", ONE, TWO)
                        .build()))
                .isEqualTo("pulled, fast_forward FETCH_HEAD");
    }

    private static String text(CommandRecord record) {
        return Effects.of(record).stream().map(EffectsTest::text).collect(Collectors.joining(", "));
    }

    /** Its kind and what else it says. */
    private static String text(Effect effect) {
        return switch (effect) {
            case Effect.Commit e -> words(e.kind(), e.commit());
            case Effect.Reset e -> words(e.kind(), e.mode(), e.commit());
            case Effect.Merge e -> words(e.kind(), String.join(" ", e.sources()), e.mergeCommit() ? "commit" : null);
            case Effect.FastForward e -> words(e.kind(), String.join(" ", e.sources()));
            case Effect.Squash e -> words(e.kind(), String.join(" ", e.sources()));
            case Effect.Conflict e -> words(e.kind(), e.command());
            case Effect.Aborted e -> words(e.kind(), e.command());
            case Effect.CherryPick e -> words(e.kind(), String.join(" ", e.sources()), String.join(" ", e.commits()));
            case Effect.Revert e -> words(e.kind(), String.join(" ", e.sources()), String.join(" ", e.commits()));
            case Effect.Branch e -> words(e.kind(), e.from(), e.name());
            case Effect.Tag e -> words(e.kind(), e.name());
            case Effect.Switched e -> words(e.kind(), e.to());
            case Effect.Restored e -> words(e.kind(), e.worktree() ? "worktree" : null, e.staged() ? "staged" : null);
            case Effect.Exchange e -> words(e.kind(), e.remote());
            case Effect.Cloned e -> words(e.kind(), e.from());
            case Effect.Worktree e -> words(e.kind(), e.path());
            case Effect.Rebase _, Effect.PathsCheckedOut _, Effect.Stash _, Effect.Initialized _, Effect.Plain _ ->
                effect.kind();
        };
    }

    private static String words(@Nullable String... words) {
        return Stream.of(words).filter(word -> word != null && !word.isEmpty()).collect(Collectors.joining(" "));
    }

    private static Story command(String line) {
        return new Story(line);
    }

    /** A record as far as it matters here. */
    private static final class Story {
        private final List<String> argv = new ArrayList<>(List.of("git"));
        private final List<CommandRecord.ProcessEntry> processes = new ArrayList<>();
        private final List<CommandRecord.ChildEntry> children = new ArrayList<>();
        private final List<CommandRecord.RefChange> changes = new ArrayList<>();
        private final List<String> errors = new ArrayList<>();
        private @Nullable String mode;
        private @Nullable Integer exit = 0;
        private Outcome outcome = Outcome.EXITED;

        Story(String line) {
            argv.addAll(List.of(line.strip().split(" +")));
        }

        Story exit(int code) {
            exit = code;
            return this;
        }

        Story lost() {
            exit = null;
            outcome = Outcome.LOST;
            return this;
        }

        Story mode(String name) {
            mode = name;
            return this;
        }

        Story said(String error) {
            errors.add(error);
            return this;
        }

        Story started(String... child) {
            children.add(
                    new CommandRecord.ChildEntry(CommandRecords.SID, "?", null, List.of(child), false, 1L, 1L, 0, 7L));
            return this;
        }

        Story moved(String ref, String old, String current) {
            changes.add(new CommandRecord.RefChange(ref, old, current, "hook", null));
            return this;
        }

        Story movedBelow(int process, String ref, String old, String current) {
            String sid = processes.get(process).sid();
            changes.add(new CommandRecord.RefChange(ref, old, current, "hook", sid));
            return this;
        }

        Story reflog(String ref, String old, String current) {
            changes.add(new CommandRecord.RefChange(ref, old, current, "reflog", null));
            return this;
        }

        Story below(String... command) {
            String sid = CommandRecords.SID + "/" + Scenario.sid(100 + processes.size());
            processes.add(new CommandRecord.ProcessEntry(
                    sid, CommandRecords.SID, List.of(command), command[1], null, 1L, 1L, Outcome.EXITED, 0, false));
            return this;
        }

        CommandRecord build() {
            return new CommandRecord(
                    CommandRecords.SID,
                    CommandRecords.SID,
                    CommandRecords.SID,
                    null,
                    null,
                    false,
                    false,
                    argv,
                    CommandLine.of(argv).command(),
                    null,
                    mode,
                    null,
                    ReadOnlyCommands.isReadOnly(argv),
                    List.of(),
                    null,
                    "2.39.5",
                    1L,
                    null,
                    List.of(),
                    CommandRecords.STARTED,
                    CommandRecords.STARTED,
                    1L,
                    outcome,
                    exit,
                    null,
                    errors,
                    List.of(),
                    processes,
                    children,
                    List.of(),
                    List.of(),
                    Map.of(),
                    changes,
                    changes.isEmpty() ? null : "exact",
                    List.of(),
                    7,
                    false,
                    Map.of(),
                    TraceExtent.NONE);
        }
    }
}
