package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.cli.Cli;
import taproot.cli.terminal.Screen;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.CommandRecord.RefChange;

/** What hooks tell of single commands, as {@code taproot hook install} sets them up. */
class HooksTest {
    private static final String NOW = "unset GIT_COMMITTER_DATE GIT_AUTHOR_DATE; ";

    @RegisterExtension
    final GitLab lab = new GitLab();

    @Test
    void aRebaseOfFiftyCommitsTellsWhichReplacedWhich() throws Exception {
        lab.repository("r");
        lab.given("cd r; git checkout -q -b topic HEAD~1; for i in $(seq 50); do echo $i > t$i; git add t$i;"
                + " git commit -q -m topic-$i; done");
        install("--repository", lab.work("r"));
        Map<String, String> before = subjects("main..topic");
        lab.run("cd r; git rebase -q main");
        CommandRecord rebase = lab.records().only();
        Map<String, String> after = subjects("main..topic");
        Map<String, String> pairs = new LinkedHashMap<>();
        before.forEach((subject, commit) -> pairs.put(commit, after.get(subject)));
        assertThat(pairs).hasSize(50).doesNotContainValue(null);
        Map<String, String> told = new LinkedHashMap<>();
        rebase.rewrites().forEach(rewrite -> told.put(rewrite.old(), rewrite.current()));
        assertThat(told).isEqualTo(pairs);
        assertThat(rebase.rewrites()).hasSize(50);
        assertThat(rebase.refConfidence()).isEqualTo("exact");
        assertThat(rebase.refChanges().stream()
                        .filter(change -> change.ref().equals("refs/heads/topic"))
                        .map(RefChange::current))
                .containsExactly(after.get("topic-50"));
        // Neither the shells of the hooks nor what they started to tell it; git itself copies notes.
        assertThat(rebase.processes())
                .extracting(CommandRecord.ProcessEntry::command)
                .containsExactly("rebase", "notes");
        assertThat(rebase.children()).hasSize(1);
    }

    /** By their subjects. */
    private Map<String, String> subjects(String range) throws Exception {
        Map<String, String> subjects = new LinkedHashMap<>();
        for (String line : lab.given("git -C r log --reverse --format='%H %s' " + range)
                .out()
                .split("\n")) {
            subjects.put(line.substring(41), line.substring(0, 40));
        }
        return subjects;
    }

    @Test
    void whatFailedWasAbortedOrKilledClaimsWhatItDidAndNothingElse() throws Exception {
        lab.repository("r");
        install("--repository", lab.work("r"));
        lab.hook("r", "pre-commit", "exit 1");
        lab.run("cd r; git commit -q --allow-empty -m refused; git update-ref refs/heads/x HEAD " + "1".repeat(40)
                + "; printf 'start\ncreate refs/heads/y HEAD\nprepare\nabort\n' | git update-ref --stdin;"
                + " git branch main; git tag -d none; git reset -q --hard nowhere");
        assertThat(lab.records().all()).hasSize(6).allSatisfy(this::movedNothing);

        lab.hook("r", "pre-commit", "touch $LAB/before; sleep 60");
        lab.begin("cd r; exec git commit -q --allow-empty -m before");
        lab.untilExists("before");
        kill("-m before");
        CommandRecord before = lab.records().only();
        Records.lost(before);
        movedNothing(before);

        lab.given("rm r/.git/hooks/pre-commit; rm -f r/.git/index.lock");
        lab.hook("r", "post-commit", "touch $LAB/after; sleep 60");
        lab.begin("cd r; exec git commit -q --allow-empty -m after");
        lab.untilExists("after");
        kill("-m after");
        CommandRecord after = lab.records().only();
        Records.lost(after);
        assertThat(after.refConfidence()).as(Records.json(after)).isEqualTo("exact");
        assertThat(after.refChanges().getLast().current())
                .isEqualTo(lab.given("git -C r rev-parse HEAD").out().strip());
    }

    private void movedNothing(CommandRecord record) {
        assertThat(record.refChanges()).as(Records.json(record)).isEmpty();
        assertThat(record.effects().stream().map(effect -> effect.kind()))
                .as(Records.json(record))
                .doesNotContain("commit_created", "branch_created", "branch_moved", "tag_deleted", "reset");
    }

    private void kill(String partOfCommandLine) throws Exception {
        GitLab.kill("KILL", lab.process(partOfCommandLine));
        lab.processes().forEach(ProcessHandle::destroyForcibly);
        lab.untilQuiet();
    }

    @Test
    void aTransactionOfThousandsOfRefsIsToldInPartsThatGitCanBeStartedWith() throws Exception {
        lab.repository("r");
        install("--repository", lab.work("r"));
        // Longer than one argument list of 128 KiB, and more than one report may name.
        String create = "cd r; for i in $(seq %d); do echo create refs/heads/" + "long-".repeat(20)
                + "%s-$i HEAD; done | git update-ref --stdin";
        lab.run(create.formatted(2_500, "a"));
        CommandRecord all = lab.records().only("update-ref");
        assertThat(all.refConfidence()).isEqualTo("exact");
        assertThat(all.refChanges().stream().map(RefChange::ref).distinct()).hasSize(2_500);
        assertThat(all.truncated()).isFalse();
        lab.run(create.formatted(4_200, "b"));
        CommandRecord most = lab.records().only("update-ref");
        assertThat(most.refChanges()).hasSize(4_096);
        assertThat(most.truncated()).isTrue();
        assertThat(most.dropped()).containsEntry("ref_changes", 104L);
    }

    @Test
    void namesThatAreOddAreToldAndStopNobody() throws Exception {
        lab.repository("r");
        install("--repository", lab.work("r"));
        List<String> names = List.of("a'b", "a\"b", "$(pwned)", "`touch`", "a;b", "ä", "--", "-q", "#x", "%s", "!x");
        StringBuilder script = new StringBuilder("cd r\n");
        for (String name : names) {
            script.append("git update-ref 'refs/heads/x/" + name.replace("'", "'\\''") + "' HEAD || echo failed\n");
        }
        assertThat(lab.run(script.toString()).out()).isEmpty();
        assertThat(lab.records().all().stream()
                        .flatMap(record -> record.refChanges().stream())
                        .map(RefChange::ref))
                .containsExactlyElementsOf(
                        names.stream().map(name -> "refs/heads/x/" + name).toList());
    }

    @Test
    void withoutADaemonOrAGitNobodyNotices() throws Exception {
        lab.repository("r");
        install("--repository", lab.work("r"));
        lab.stopDaemon();
        assertThat(lab.run("git -C r commit -q --allow-empty -m x")).isEqualTo(new GitLab.Ran(0, "", ""));
        // As where git is started by its path, and is not on that of its hooks.
        lab.given("mkdir bin; for p in sh cat; do ln -s $(command -v $p) bin/$p; done");
        GitLab.Ran ran = lab.run(
                "git=$(command -v git); PATH=$LAB/bin; $git --exec-path=/none -C r update-ref refs/heads/x HEAD");
        assertThat(ran).isEqualTo(new GitLab.Ran(0, "", ""));
        lab.startDaemon();
    }

    @Test
    void configuredHooksTellOfEveryRepositoryBesideItsOwn() throws Exception {
        assumeTrue(lab.gitIsAtLeast(2, 54), "needs git 2.54: -Dtaproot.git=DIR");
        Cli install = taproot("hook", "install");
        assertThat(install.status()).as(install.err()).isZero();
        lab.repository("r");
        lab.hook("r", "reference-transaction", "echo $1 >> $LAB/ran");
        lab.run(NOW
                + "cd r; git commit -q --allow-empty -m x; git commit -q --amend --allow-empty -m y; git switch -c z");
        List<CommandRecord> records = lab.records().all();
        assertThat(records).hasSize(3).allSatisfy(record -> {
            assertThat(record.refConfidence()).as(Records.json(record)).isEqualTo("exact");
            assertThat(record.children())
                    .noneMatch(child -> child.argv().toString().contains("taproot"));
        });
        assertThat(records.get(1).rewrites()).hasSize(1);
        assertThat(records.getLast().refChanges())
                .anySatisfy(change ->
                        assertThat(change.ref() + " " + change.current()).isEqualTo("HEAD ref:refs/heads/z"));
        assertThat(lab.work().resolve("ran")).content().contains("prepared", "committed");
        assertThat(taproot("hook", "remove").status()).isZero();
        lab.run(NOW + "git -C r commit -q --allow-empty -m x");
        assertThat(lab.records().only().refConfidence()).isEqualTo("inferred");
    }

    @Test
    void aRepositoryOfReftablesIsRecognized() throws Exception {
        assumeTrue(lab.gitIsAtLeast(2, 45), "needs git 2.45: -Dtaproot.git=DIR");
        lab.given("git init -q --ref-format=reftable t; git -C t commit -q --allow-empty -m first");
        lab.run(NOW + "cd t; git commit -q --allow-empty -m x; git branch y; git status");
        Records records = lab.records();
        for (String command : new ArrayList<>(List.of("commit", "branch"))) {
            CommandRecord record = records.only(command);
            assertThat(record.repository()).isNotNull();
            assertThat(record.refConfidence()).as(Records.json(record)).isEqualTo("unknown");
            assertThat(record.refChanges()).isEmpty();
        }
        install("--repository", lab.work("t"));
        lab.run(NOW + "cd t; git commit -q --allow-empty -m z");
        assertThat(lab.records().only().refConfidence()).isEqualTo("exact");
    }

    private void install(String... where) {
        List<String> arguments = new ArrayList<>(List.of("hook", "install"));
        arguments.addAll(List.of(where));
        Cli install = taproot(arguments.toArray(String[]::new));
        assertThat(install.status()).as(install.err()).isZero();
    }

    private Cli taproot(String... arguments) {
        return Cli.run(
                Screen.PLAIN,
                Map.of("HOME", lab.home().toString(), "PATH", GitLab.path(), "GIT_CONFIG_NOSYSTEM", "1"),
                arguments);
    }
}
