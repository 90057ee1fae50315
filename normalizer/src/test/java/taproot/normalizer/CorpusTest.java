package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** 25,419 processes of git's own test suite; {@code -Dtaproot.corpus=DIR} names where they are unpacked. */
@Tag("long")
@EnabledIfSystemProperty(
        named = "taproot.corpus",
        matches = ".+",
        disabledReason = "needs the unpacked corpus: run with -Dtaproot.corpus=DIR")
class CorpusTest {
    @ParameterizedTest
    @EnumSource
    void everyCommandOfTheCorpusIsOneRecordThatSaysWhatItsStreamSays(CorpusRun.Order order) {
        CorpusRun.Report report = new CorpusRun(Path.of(System.getProperty("taproot.corpus", ""))).run(order);
        System.out.println(order + ": " + report);
        assertThat(report.processes).isEqualTo(25_419);
        assertThat(report.deviations).isEmpty();
        assertThat(report.dropped).isEmpty();
        assertThat(report.live).isZero();
        assertThat(report.records).isBetween(13_012, 13_014);
        assertThat(report.detached).isBetween(3, 5);
    }
}
