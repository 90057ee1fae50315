package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.endtoend.Records.children;
import static taproot.endtoend.Records.exited;
import static taproot.endtoend.Records.process;
import static taproot.endtoend.Records.processes;
import static taproot.endtoend.Records.worktree;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import taproot.normalizer.CommandRecord;

/** Commands that talk to another repository, whose git on this machine is part of them. */
class RemotesTest {
    @RegisterExtension
    final GitLab lab = new GitLab();

    @BeforeEach
    void remotes() throws Exception {
        lab.remotes();
    }

    @Test
    void aFetchHasBothEndsOfItsTransport() throws Exception {
        lab.given("cd r; git commit -q --allow-empty -m n; git push -q ../b.git main");
        lab.run("cd c && git fetch -q origin");
        CommandRecord fetch = lab.records().only();
        exited(fetch, 0);
        assertThat(worktree(fetch)).isEqualTo(lab.work("c"));
        assertThat(processes(fetch)).startsWith("fetch").contains("upload-pack", "unpack-objects", "rev-list");
        assertThat(children(fetch)).contains("transport/file");
        assertThat(process(fetch, "upload-pack").argv()).last().asString().endsWith("b.git");
    }

    @Test
    void aPullIsOneCommandWithFetchAndRebaseInIt() throws Exception {
        lab.given("cd r; git commit -q --allow-empty -m n; git push -q ../b.git main;"
                + " cd ../c; git commit -q --allow-empty -m o");
        lab.run("cd c && git pull -q --rebase");
        CommandRecord pull = lab.records().only();
        exited(pull, 0);
        assertThat(processes(pull)).startsWith("pull").contains("fetch", "upload-pack", "rebase");
        assertThat(process(pull, "upload-pack").parent())
                .isEqualTo(process(pull, "fetch").sid());
    }

    @Test
    void aPushHasTheHooksOfBothSides() throws Exception {
        lab.given("cd c; git commit -q --allow-empty -m n");
        lab.hook("c", "pre-push", "git rev-parse HEAD > /dev/null");
        lab.hook("b.git", "post-receive", "git for-each-ref > /dev/null");
        lab.run("cd c && git push -q origin main");
        CommandRecord push = lab.records().only();
        exited(push, 0);
        assertThat(processes(push)).startsWith("push").contains("receive-pack", "pack-objects", "rev-parse");
        assertThat(children(push)).contains("transport/file", "hook:pre-push", "hook:post-receive");
    }

    @Test
    void aPushThatIsRefusedSaysSo() throws Exception {
        lab.given("cd c; git commit -q --allow-empty -m n");
        lab.hook("b.git", "pre-receive", "exit 1");
        assertThat(lab.run("cd c && git push -q origin main").exit()).isEqualTo(1);
        CommandRecord push = lab.records().only();
        exited(push, 1);
        assertThat(push.errors()).anySatisfy(error -> assertThat(error).contains("failed to push"));
    }

    @Test
    void aCloneIsOfTheRepositoryThatItMakes() throws Exception {
        lab.run("git clone -q b.git d; git clone -q file://$PWD/b.git e; git clone -q --bare b.git f.git");
        Records records = lab.records();
        assertThat(records.commands()).containsExactly("clone", "clone", "clone");
        records.all().forEach(record -> exited(record, 0));
        assertThat(worktree(records.all().get(0))).isEqualTo(lab.work("d"));
        assertThat(worktree(records.all().get(1))).isEqualTo(lab.work("e"));
        assertThat(processes(records.all().get(1))).contains("upload-pack", "pack-objects", "index-pack");
    }

    @Test
    void aCloneWithSubmodulesIsOneCommand() throws Exception {
        twoSubmodules();
        lab.run("git clone -q --recurse-submodules r d");
        CommandRecord clone = lab.records().only();
        exited(clone, 0);
        assertThat(worktree(clone)).isEqualTo(lab.work("d"));
        assertThat(processes(clone).stream().filter("clone"::equals)).hasSize(3);
        assertThat(processes(clone).stream().filter("checkout"::equals)).hasSize(2);
        assertThat(clone.processes()).allSatisfy(process -> {
            assertThat(process.exitCode()).as(process.toString()).isNotNull();
            assertThat(process.detached()).isFalse();
        });
    }

    @Test
    void submodulesThatAreClonedInParallelAreOneCommand() throws Exception {
        twoSubmodules();
        lab.given("git clone -q r d");
        lab.run("cd d && git submodule --quiet update --init --jobs 4");
        CommandRecord submodule = lab.records().only();
        exited(submodule, 0);
        assertThat(submodule.command()).isEqualTo("submodule");
        assertThat(processes(submodule).stream().filter("clone"::equals)).hasSize(2);
    }

    @Test
    void submodulesThatAreFetchedInParallelAreOneCommand() throws Exception {
        twoSubmodules();
        lab.given("git clone -q --recurse-submodules r d; cd r; git commit -q --allow-empty -m n");
        lab.run("cd d && git fetch -q --recurse-submodules=yes --jobs=4");
        CommandRecord fetch = lab.records().only();
        exited(fetch, 0);
        assertThat(processes(fetch).stream().filter("fetch"::equals)).hasSize(3);
        assertThat(worktree(fetch)).isEqualTo(lab.work("d"));
    }

    @Test
    void remotesThatAreFetchedInParallelAreOneCommand() throws Exception {
        lab.given("cd c; git remote add two ../r");
        lab.run("cd c && git fetch -q --all --jobs=3");
        CommandRecord fetch = lab.records().only();
        exited(fetch, 0);
        assertThat(processes(fetch).stream().filter("fetch"::equals)).hasSize(3);
        assertThat(processes(fetch).stream().filter("upload-pack"::equals)).hasSize(2);
    }

    @Test
    void aStatusLooksIntoSubmodulesAndIsStillOneCommandThatOnlyReads() throws Exception {
        twoSubmodules();
        lab.run("cd r && git status --porcelain; git diff --submodule=log --stat HEAD~1;"
                + " git grep -q --recurse-submodules 1");
        Records records = lab.records();
        assertThat(records.commands()).containsExactly("status", "diff", "grep");
        assertThat(records.all()).allSatisfy(record -> {
            exited(record, 0);
            assertThat(record.readOnly()).isTrue();
            assertThat(worktree(record)).isEqualTo(lab.work("r"));
        });
        assertThat(processes(records.only("status"))).containsExactly("status", "status", "status");
    }

    @Test
    void noSecretReachesAnyFileOfTheLog() throws Exception {
        lab.given("git config --global trace2.envVars 'HUSH_TOKEN,HOME'; git config --global trace2.configParams"
                + " 'http.*,remote.*.url'");
        lab.run("""
                export HUSH_TOKEN=s3cret-a
                git clone -q https://user:s3cret-b@localhost:1/x.git y
                git clone -q https://s3cret-c@localhost:1/x.git z
                cd r
                git remote add evil https://user:s3cret-d@localhost:1/x.git
                git fetch -q evil
                git -c http.extraHeader='Authorization: Basic s3cret-e' fetch -q evil
                git config --global alias.leak '!git ls-remote https://u:s3cret-f@localhost:1/x; true'
                git leak
                git push -q https://u:s3cret-g@localhost:1/x.git main
                git commit -q --allow-empty -m "see https://u:s3cret-h@localhost/x"
                """);
        Records records = lab.records();
        assertThat(records.all()).hasSizeGreaterThanOrEqualTo(8);
        assertThat(records.toString()).contains("https://<redacted>@localhost:1/x.git");
        for (CommandRecord record : records.all()) {
            assertThat(lab.trace(record)).contains("\"event\":\"start\"").doesNotContain("s3cret");
        }
        assertThat(lab.trace(records.all().getFirst())).contains("<redacted>");
        theFilesHoldNoSecret();
        lab.stopDaemon();
        theFilesHoldNoSecret();
        lab.startDaemon();
    }

    private void theFilesHoldNoSecret() throws Exception {
        for (Path file : filesOfTheLog()) {
            assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                    .as(file.toString())
                    .doesNotContain("s3cret");
        }
    }

    private List<Path> filesOfTheLog() throws Exception {
        try (Stream<Path> files = Files.list(lab.places().stateDirectory())) {
            List<Path> found = files.filter(Files::isRegularFile).toList();
            assertThat(found).anySatisfy(file -> assertThat(file).hasFileName("log.db"));
            return found;
        }
    }

    private void twoSubmodules() throws Exception {
        lab.given("cd r; git submodule --quiet add $LAB/b.git s1; git submodule --quiet add $LAB/b.git s2;"
                + " git commit -q -m s");
    }
}
