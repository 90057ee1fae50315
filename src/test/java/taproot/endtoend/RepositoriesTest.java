package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.cli.control.ControlClient;
import taproot.daemon.log.CommandFacts;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogReader;
import taproot.daemon.metrics.Counter;
import taproot.daemon.repositories.Located;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.CommandRecord.Repository;

/** Where a command ran, of repositories of every shape. */
class RepositoriesTest {
    @RegisterExtension
    final GitLab lab = new GitLab();

    @BeforeEach
    void repository() throws Exception {
        lab.repository("r");
    }

    @Test
    void aCommandRanInItsRepositoryHoweverItWasCalled() throws Exception {
        lab.given("mkdir r/sub; ln -s r link; git -C r config alias.st status; git -C r config alias.sh '!git status'");
        lab.run("cd r && git status; cd sub && git status; cd ../../link && git status; cd .. && git -C r status;"
                + " git --git-dir=r/.git --work-tree=r status; git --git-dir=$LAB/r/.git log --oneline;"
                + " git -C r st; git -C r sh; git --git-dir=r/.git branch x");
        Records records = lab.records();
        assertThat(records.all()).hasSize(9).allSatisfy(record -> isRepository(record, "r/.git", "r/.git"));
        assertThat(records.all().stream()
                        .limit(5)
                        .map(RepositoriesTest::worktree)
                        .distinct())
                .containsExactly(lab.work("r"));
        assertThat(ids(records)).hasSize(1);
    }

    @Test
    void allWorkTreesOfAFamilyShareItsId() throws Exception {
        lab.run("cd r && git worktree add -q ../wt -b w; cd ../wt; git status; git commit -q --allow-empty -m x");
        Records records = lab.records();
        isRepository(records.only("worktree"), "r/.git", "r/.git");
        isRepository(records.only("status"), "r/.git/worktrees/wt", "r/.git");
        isRepository(records.only("commit"), "r/.git/worktrees/wt", "r/.git");
        assertThat(worktree(records.only("commit"))).isEqualTo(lab.work("wt"));
        assertThat(ids(records)).hasSize(1);
    }

    @Test
    void aSubmoduleIsARepositoryOfItsOwn() throws Exception {
        lab.given("git init -q s; cd s; git commit -q --allow-empty -m s; cd ../r;"
                + " git submodule --quiet add ../s s; git commit -q -m sub");
        lab.run("cd r && git status; cd s && git status");
        Records records = lab.records();
        isRepository(records.all().getFirst(), "r/.git", "r/.git");
        isRepository(records.all().getLast(), "r/.git/modules/s", "r/.git/modules/s");
        assertThat(ids(records)).hasSize(2);
        lab.given("git clone -q --no-local s old; cd r; mv ../old old; git submodule --quiet add ./old old || true");
        lab.run("cd r/old && git status; cd .. && git submodule --quiet absorbgitdirs");
        records = lab.records();
        isRepository(records.only("status"), "r/old/.git", "r/old/.git");
        isRepository(records.only("submodule"), "r/.git", "r/.git");
        lab.run("git -C r/old status");
        isRepository(lab.records().only(), "r/.git/modules/old", "r/.git/modules/old");
    }

    @Test
    void whatCloneAndInitMadeIsWhereTheyRan() throws Exception {
        lab.given("mkdir j");
        String[][] made = {
            {"git init -q i", "i/.git"},
            {"git init -q --bare ib.git", "ib.git"},
            {"git clone -q r c", "c/.git"},
            {"git clone -q --bare r", "r.git"},
            {"git clone -q --bare r cb.git", "cb.git"},
            {"git -C i init -q sub", "i/sub/.git"},
            {"cd j; git init -q", "j/.git"}
        };
        for (String[] one : made) {
            lab.run(one[0]);
            isRepository(lab.records().only(), one[1], one[1]);
        }
    }

    @Test
    void aBareRepositoryIsFoundByTheDirectoryThatGitRanIn() throws Exception {
        lab.given("git clone -q --bare r b.git");
        lab.run("git --git-dir=$LAB/b.git log --oneline; git -C $LAB/b.git rev-parse HEAD");
        assertThat(lab.records().all()).hasSize(2).allSatisfy(record -> isRepository(record, "b.git", "b.git"));
        // No word of where: it lives long enough to be seen.
        lab.run("cd b.git && (sleep 0.2; echo HEAD) | git cat-file --batch-check");
        isRepository(lab.records().only(), "b.git", "b.git");
    }

    @Test
    void whoWorksNowhereHasNoRepository() throws Exception {
        lab.run("git version; git config --global --list");
        assertThat(lab.records().all())
                .allSatisfy(record -> assertThat(record.repository()).isNull());
    }

    @Test
    void aMovedRepositoryKeepsItsIdAndOneMadeAnewHasAnother() throws Exception {
        lab.run("git -C r status");
        String id = id(lab.records().only());
        lab.run("mv r moved; git -C moved status");
        CommandRecord moved = lab.records().only();
        assertThat(id(moved)).isEqualTo(id);
        isRepository(moved, "moved/.git", "moved/.git");
        lab.given("rm -rf moved; git init -q moved");
        lab.run("git -C moved commit -q --allow-empty -m x");
        assertThat(id(lab.records().only())).isNotEqualTo(id);
        lab.stopDaemon();
        lab.startDaemon();
        lab.run("git -C moved status");
        CommandRecord restarted = lab.records().only();
        assertThat(id(restarted)).isNotEqualTo(id).isNotNull();
    }

    @Test
    void aRepositoryThatIsGoneSaysSo() throws Exception {
        lab.run("git -C r -c alias.away='!rm -rf .git && git --version' away");
        CommandRecord away = lab.records().only();
        assertThat(away.repository()).isEqualTo(new Repository(null, lab.work("r"), null, null, "not_found"));
        lab.repository("q");
        lab.run("git -C q -c alias.away='!cd .. && rm -rf q' away");
        assertThat(lab.records().only().repository())
                .isEqualTo(new Repository(null, lab.work("q"), null, null, "missing"));
    }

    @Test
    void aPathThatIsNotUtf8IsFoundByItsBytes() throws Exception {
        lab.given("mkdir $'\\xffx'; cd $'\\xffx'; git init -q; git init -q $'\\xc3\\xa4'");
        lab.run("cd $'\\xffx' && git status && git -C $'\\xc3\\xa4' commit -q --allow-empty -m x");
        Records records = lab.records();
        assertThat(worktree(records.only("status"))).isEqualTo(lab.work("\uFFFDx"));
        assertThat(id(records.only("status"))).isNotNull();
        assertThat(records.only("commit").repository())
                .isNotNull()
                .satisfies(repository -> assertThat(repository.gitDir()).isEqualTo(lab.work("\uFFFDx/ä/.git")));
    }

    @Test
    void whereGitDirComesFromTheEnvironmentGitHasToReportIt() throws Exception {
        lab.given("git config --global trace2.envVars GIT_DIR,GIT_WORK_TREE");
        lab.run("git log --oneline", Map.of("GIT_DIR", lab.work("r/.git")));
        isRepository(lab.records().only(), "r/.git", "r/.git");
    }

    @Test
    void aLinkToAGitDirectoryIsFollowed() throws Exception {
        lab.given("mv r/.git real.git; ln -s ../real.git r/.git");
        lab.run("git -C r status");
        isRepository(lab.records().only(), "real.git", "real.git");
        lab.given("rm r/.git; echo 'gitdir: ../real.git' > r/.git");
        lab.run("git -C r commit -q --allow-empty -m x");
        isRepository(lab.records().only(), "real.git", "real.git");
    }

    @Test
    void recordsAreFoundByAnyPathInsideTheRepositoryOrByItsId() throws Exception {
        lab.given("mkdir -p r/deep/er; git init -q r/deep/nested; git init -q other");
        lab.run("git -C r status; git -C r/deep/nested status; git -C other status; git -C r worktree add -q ../wt");
        Records records = lab.records();
        String id = id(records.all().getFirst());
        assertThat(found("r/deep/er")).containsExactly(lab.work("r"), lab.work("r"));
        assertThat(found("r/.git/refs")).containsExactly(lab.work("r"), lab.work("r"));
        assertThat(found("r/deep")).containsExactlyInAnyOrder(lab.work("r"), lab.work("r/deep/nested"), lab.work("r"));
        assertThat(found("r/deep/nested")).containsExactly(lab.work("r/deep/nested"));
        assertThat(found("other")).containsExactly(lab.work("other"));
        lab.run("git -C wt log --oneline");
        assertThat(lab.records().all()).hasSize(1);
        assertThat(query(CommandQuery.where().repository(id))).hasSize(3).contains(lab.work("wt"));
    }

    @Test
    void theApiTakesAnyPathInsideOrAnIdAndForgetsOnlyByPath() throws Exception {
        lab.given("mkdir -p r/deep/er; git init -q other; ln -s r link");
        lab.run("git -C r status; git -C other status");
        String id = id(lab.records().all().getFirst());
        for (String wanted : List.of(lab.work("r/deep/er"), lab.work("r/.git/refs"), lab.work("link/deep"), id)) {
            assertThat(ask("GET", "/v1/commands?repository=" + wanted))
                    .contains("\"worktree\":\"" + lab.work("r") + "\"")
                    .doesNotContain(lab.work("other"));
            assertThat(ask("GET", "/v1/summary?by=command&repository=" + wanted))
                    .contains("\"count\":1,");
        }
        assertThat(ask("DELETE", "/v1/commands?repository=" + id)).contains("expected an absolute path");
    }

    private String ask(String method, String target) throws Exception {
        return new ControlClient(lab.places().controlSocket())
                .ask(method, target, Duration.ofSeconds(10))
                .body();
    }

    private List<String> found(String path) throws Exception {
        String real = lab.work(path);
        return query(
                CommandQuery.where().repository(real).within(Located.of(real).repository()));
    }

    private List<String> query(CommandQuery.Builder where) throws Exception {
        List<CommandRecord> found = new ArrayList<>();
        try (LogReader reader = LogReader.open(lab.places().stateDirectory())) {
            reader.query(
                    where.after(0, 0),
                    stored -> found.add(Records.read(stored.json()).record()));
        }
        assertThat(found).map(CommandFacts::of).allMatch(where.after(0, 0).predicate());
        return found.stream().map(RepositoriesTest::worktree).toList();
    }

    @Test
    void aSessionIsTheCallersOwnWord() throws Exception {
        lab.run("git -C r status; git -C r branch x", Map.of("GIT_TRACE2_PARENT_SID", "ide-42/window 1"));
        lab.run("git -C r status");
        Records records = lab.records();
        assertThat(records.all())
                .extracting(CommandRecord::session)
                .containsExactly("ide-42/window 1", "ide-42/window 1", null);
        assertThat(query(CommandQuery.where().session("ide-42/window 1"))).hasSize(2);
    }

    @Test
    void whatIsIgnoredIsNotRecordedWhateverRunsThere() throws Exception {
        lab.stopDaemon();
        GitLab.Ran made = lab.given("git init -q secret; git init -q secrets; git -C r worktree add -q ../secret-wt");
        assertThat(made.exit()).isZero();
        lab.startDaemon("ingest.ignore=" + lab.work("secre?"));
        lab.run("git -C secret status; git -C secrets status; git -C secret commit -q --allow-empty -m x;"
                + " git -C r status; git init -q secret/sub; git -C secret/sub status");
        assertThat(lab.records().all().stream().map(RepositoriesTest::worktree))
                .containsExactly(lab.work("secrets"), lab.work("r"));
        assertThat(lab.count(Counter.RECORDS_IGNORED)).isEqualTo(4);
    }

    private void isRepository(CommandRecord record, String gitDir, String commonDir) {
        Repository repository = record.repository();
        if (repository == null) {
            throw new AssertionError("no repository: " + Records.json(record));
        }
        assertThat(repository.unresolved()).as(Records.json(record)).isNull();
        assertThat(repository.id()).as(Records.json(record)).matches("[0-9a-f]{16}");
        assertThat(repository.gitDir()).as(Records.json(record)).isEqualTo(lab.work(gitDir));
        assertThat(repository.commonDir()).as(Records.json(record)).isEqualTo(lab.work(commonDir));
    }

    private static String worktree(CommandRecord record) {
        return String.valueOf(Records.worktree(record));
    }

    private static String id(CommandRecord record) {
        return record.repository() == null
                ? ""
                : String.valueOf(record.repository().id());
    }

    private static Set<String> ids(Records records) {
        return records.all().stream().map(RepositoriesTest::id).collect(Collectors.toSet());
    }
}
