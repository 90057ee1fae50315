package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.CommandRecord.RefChange;

/** What git moved, and on whose record it stands: by the reflogs alone. */
class RefChangesTest {
    /** Commits are dated by the clock, as they are everywhere but in the lab. */
    private static final String NOW = "unset GIT_COMMITTER_DATE GIT_AUTHOR_DATE; ";

    @RegisterExtension
    final GitLab lab = new GitLab();

    @Test
    void whatOneCommandAfterTheOtherMovedIsInferred() throws Exception {
        RefLab refs = new RefLab(lab);
        refs.places(1);
        Map<String, RefLab.Tally> table = refs.run(Deed.all(), 1, 1);
        System.out.println(RefLab.table(Map.of("one at a time", table)));
        assertThat(table.values()).allSatisfy(tally -> {
            assertThat(tally.wrong).isZero();
            assertThat(tally.silent).isZero();
        });
        for (String effect :
                List.of("commit created", "commit amended", "reset hard", "rebase finished", "merge", "fetch")) {
            assertThat(table.get(effect))
                    .as(effect)
                    .isNotNull()
                    .satisfies(tally -> assertThat(tally.inferred).isEqualTo(1));
        }
    }

    @Test
    void eightAtOnceAreNeverTakenForEachOther() throws Exception {
        RefLab refs = new RefLab(lab);
        refs.places(8);
        List<String> some =
                List.of("commit created", "commit refused", "reset hard", "branch created", "switched", "fetch");
        List<Deed> deeds =
                Deed.all().stream().filter(deed -> some.contains(deed.effect())).toList();
        Map<String, RefLab.Tally> table = refs.run(deeds, 8, 2);
        System.out.println(RefLab.table(Map.of("eight at once", table)));
        assertThat(table.values()).allSatisfy(tally -> assertThat(tally.wrong).isZero());
    }

    @Test
    void eightAtOnceInOneWorkTreeAreNeverTakenForEachOther() throws Exception {
        lab.repository("r");
        int commits = 5;
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int n = i;
            tasks.add(() -> {
                for (int j = 0; j < commits; j++) {
                    String name = "only-" + n + "-" + j;
                    lab.run(NOW + "cd r; git commit -q --allow-empty -m " + name + "; git branch " + name
                            + "; git tag tag-" + name + "; git update-ref refs/heads/upd-" + name + " HEAD");
                }
                return null;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Void> task : threads.invokeAll(tasks)) {
                task.get();
            }
        }
        Records records = lab.records();
        Map<String, String> subjects = subjects();
        int inferred = 0;
        for (CommandRecord record : records.all()) {
            String name = record.argv().getLast().equals("HEAD")
                    ? record.argv().get(2).substring("refs/heads/upd-".length())
                    : record.argv().getLast();
            for (RefChange change : record.refChanges()) {
                inferred++;
                String moved = change.ref().startsWith("refs/heads/only-")
                                || change.ref().startsWith("refs/heads/upd-")
                        ? change.ref().replaceFirst("refs/heads/(upd-)?", "")
                        : String.valueOf(subjects.get(change.current()));
                assertThat(moved).as(Records.json(record)).isEqualTo(name);
            }
        }
        assertThat(records.all()).hasSize(8 * commits * 4);
        System.out.println("eight at once in one work tree: " + inferred + " ref changes inferred of "
                + subjects.size() * 2 + " by commits and " + 8 * commits * 2 + " by branch and update-ref");
    }

    /** Of every commit there ever was, by its name. */
    private Map<String, String> subjects() throws Exception {
        Map<String, String> subjects = new LinkedHashMap<>();
        for (String line :
                lab.given("git -C r log --all --reflog --format='%H %s'").out().split("\n")) {
            subjects.put(line.substring(0, 40), line.substring(41));
        }
        return subjects;
    }

    @Test
    void whoWasKilledHasMovedWhatHeMovedAndNothingElse() throws Exception {
        lab.repository("r");
        lab.hook("r", "pre-commit", "touch $LAB/before; sleep 60");
        lab.begin(NOW + "cd r; exec git commit -q --allow-empty -m before");
        lab.untilExists("before");
        GitLab.kill("KILL", lab.process("-m before"));
        lab.processes().forEach(ProcessHandle::destroyForcibly);
        lab.untilQuiet();
        CommandRecord before = lab.records().only();
        Records.lost(before);
        assertThat(before.refChanges()).isEmpty();

        lab.given("rm r/.git/hooks/pre-commit; rm -f r/.git/index.lock");
        lab.hook("r", "post-commit", "touch $LAB/after; sleep 60");
        lab.begin(NOW + "cd r; exec git commit -q --allow-empty -m after");
        lab.untilExists("after");
        GitLab.kill("KILL", lab.process("-m after"));
        lab.processes().forEach(ProcessHandle::destroyForcibly);
        lab.untilQuiet();
        CommandRecord after = lab.records().only();
        Records.lost(after);
        assertThat(after.refConfidence()).as(Records.json(after)).isEqualTo("inferred");
        assertThat(refs(after)).containsExactly("HEAD", "refs/heads/main");
    }

    @Test
    void whereThereAreNoReflogsNothingIsClaimed() throws Exception {
        lab.repository("r");
        lab.given("git -C r config core.logAllRefUpdates false; rm -r r/.git/logs; git clone -q --bare r b.git");
        lab.run(
                NOW + "git -C r commit -q --allow-empty -m x; git -C r branch y; git -C b.git branch z;"
                        + " git --git-dir=b.git update-ref refs/heads/u HEAD; git --git-dir=$LAB/b.git update-ref refs/heads/v HEAD");
        assertThat(lab.records().all()).hasSize(5).allSatisfy(record -> {
            assertThat(record.refChanges()).as(Records.json(record)).isEmpty();
            assertThat(record.refConfidence()).as(Records.json(record)).isEqualTo("unknown");
        });
    }

    @Test
    void aReflogThatWasExpiredOrCutIsRecognized() throws Exception {
        lab.repository("r");
        lab.run(NOW + "git -C r commit -q --allow-empty -m a");
        assertThat(lab.records().only().refConfidence()).isEqualTo("inferred");
        lab.given("git -C r reflog expire --expire=all --all; sleep 1.1");
        lab.run(NOW + "git -C r commit -q --allow-empty -m b");
        assertThat(lab.records().only().refConfidence()).isEqualTo("unknown");
        lab.run(NOW + "git -C r commit -q --allow-empty -m c");
        assertThat(lab.records().only().refConfidence()).isEqualTo("inferred");
        lab.given("sed -i 1d r/.git/logs/HEAD; sleep 1.1");
        lab.run(NOW + "git -C r commit -q --allow-empty -m d");
        assertThat(lab.records().only().refConfidence()).isEqualTo("unknown");
    }

    @Test
    void whatHappenedWhileTheDaemonWasAwayIsNobodys() throws Exception {
        lab.repository("r");
        lab.run(NOW + "git -C r commit -q --allow-empty -m a");
        assertThat(refs(lab.records().only())).containsExactly("HEAD", "refs/heads/main");
        lab.stopDaemon();
        assertThat(lab.places().stateDirectory().resolve("reflogs")).isNotEmptyFile();
        lab.run(NOW + "for i in 1 2 3; do git -C r commit -q --allow-empty -m away-$i; done; sleep 1.1");
        lab.startDaemon();
        lab.run(NOW + "git -C r commit -q --allow-empty -m back");
        CommandRecord back = lab.records().only();
        assertThat(back.refConfidence()).isEqualTo("inferred");
        assertThat(refs(back)).containsExactly("HEAD", "refs/heads/main");
        assertThat(subjects().get(back.refChanges().getFirst().current())).isEqualTo("back");
        // Untraced, in the same words and the same second: whose is whose is not known.
        lab.run(NOW + "GIT_TRACE2_EVENT=0 git -C r commit -q --allow-empty -m unheard;"
                + " git -C r commit -q --allow-empty -m heard");
        CommandRecord heard = lab.records().only();
        assertThat(heard.refChanges())
                .allSatisfy(change -> assertThat(change.current())
                        .isEqualTo(lab.given("git -C r rev-parse HEAD").out().strip()));
    }

    @Test
    void whatAnAliasOrAPullStandsForIsItsOwn() throws Exception {
        lab.remotes();
        lab.given("git -C c config alias.ci 'commit --allow-empty -q'; git -C r commit -q --allow-empty -m far;"
                + " git -C r push -q ../b.git main");
        lab.run(NOW + "git -C c pull -q");
        CommandRecord pull = lab.records().only();
        assertThat(pull.refConfidence()).as(Records.json(pull)).isEqualTo("inferred");
        assertThat(refs(pull)).containsExactlyInAnyOrder("HEAD", "refs/heads/main", "refs/remotes/origin/main");
        lab.run(NOW + "git -C c ci -m x");
        CommandRecord alias = lab.records().only();
        assertThat(refs(alias)).as(Records.json(alias)).containsExactly("HEAD", "refs/heads/main");
    }

    private static List<String> refs(CommandRecord record) {
        return record.refChanges().stream().map(RefChange::ref).toList();
    }

    @Test
    @Tag("long")
    void theTableOfAttributions() throws Exception {
        RefLab refs = new RefLab(lab);
        refs.places(8);
        Map<String, Map<String, RefLab.Tally>> tables = new LinkedHashMap<>();
        for (int atOnce : List.of(1, 2, 8)) {
            tables.put("hooks off, " + atOnce + " at once", refs.run(Deed.all(), atOnce, atOnce == 8 ? 2 : 4));
        }
        System.out.println(RefLab.table(tables));
        assertThat(tables.values())
                .allSatisfy(table -> assertThat(table.values())
                        .allSatisfy(tally -> assertThat(tally.wrong).isZero()));
    }
}
