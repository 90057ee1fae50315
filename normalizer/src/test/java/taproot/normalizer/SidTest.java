package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a SID tells: root, session, parent, pid and time. */
class SidTest {
    private static final String GIT = "20261120T045745.943807Z-H0a7c9cdf-P00001e0f";
    private static final String CHILD = GIT + "/20261120T045746.000001Z-Localhost-P0000ffff";

    @Test
    void aCommandIsItsOwnRoot() {
        Sid sid = Sid.of(GIT);
        assertThat(sid.root()).isEqualTo(GIT);
        assertThat(sid.isRoot()).isTrue();
        assertThat(sid.parent()).isNull();
        assertThat(sid.session()).isNull();
        assertThat(sid.pid()).isEqualTo(0x1e0f);
    }

    @Test
    void aChildHasTheRootOfItsParent() {
        Sid sid = Sid.of(CHILD);
        assertThat(sid.root()).isEqualTo(GIT);
        assertThat(sid.parent()).isEqualTo(GIT);
        assertThat(sid.pid()).isEqualTo(0xffff);
    }

    @Test
    void whatStandsBeforeTheFirstGitComponentIsTheSession() {
        Sid sid = Sid.of("terminal/window 3/" + CHILD);
        assertThat(sid.root()).isEqualTo("terminal/window 3/" + GIT);
        assertThat(sid.session()).isEqualTo("terminal/window 3");
        assertThat(sid.parent()).isEqualTo("terminal/window 3/" + GIT);
    }

    @Test
    void aSidOfAnotherShapeIsARootAndTheSessionOfTheCommandsBelowIt() {
        String repo = "repo-20260101T000000Z-P0001";
        assertThat(Sid.of(repo).root()).isEqualTo(repo);
        assertThat(Sid.of(repo).pid()).isEqualTo(-1);
        assertThat(Sid.of(repo).timestamp()).isZero();
        assertThat(Sid.of(repo + "/" + GIT).session()).isEqualTo(repo);
    }

    @Test
    void theTimeIsThatOfTheLastComponent() {
        assertThat(Sid.of(GIT).timestamp()).isEqualTo(1_795_150_665_943_807L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "20261120T045745.943807-H0a7c9cdf-P00001e0f",
                "20261120T045745.943807Z-H0a7c9cd-P00001e0f",
                "20261120T045745.943807Z-H0a7c9cdf-P0001e0f",
                "20261120T045745.943807Z-Xocalhost-P00001e0f",
                "20261120T045745.94380xZ-H0a7c9cdf-P00001e0f",
                "20261120T045745.943807Z-H0a7c9cdg-P00001e0f",
                "20261120T045745.943807Z-H0a7c9cdf-P00001e0f ",
                "/",
                "//",
                "-P00000000",
                "ä"
            })
    void whatGitDidNotMakeHasNeitherPidNorTime(String sid) {
        assertThat(Sid.of(sid).pid()).isEqualTo(-1);
        assertThat(Sid.of(sid).timestamp()).isZero();
        assertThat(Sid.of(sid).root()).isEqualTo(sid);
    }

    @Test
    void aTimeThatIsNoneIsNoTime() {
        assertThat(Sid.of("20269999T999999.943807Z-H0a7c9cdf-P00001e0f").timestamp())
                .isZero();
    }
}
