package taproot.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What went wrong lately. */
class FailuresTest {
    private final Counters counters = new Counters();

    @Test
    void theNewestOfEachPartAreRememberedNewestFirst() {
        counters.failed(Part.INGEST, "no descriptor");
        for (int i = 1; i <= 1_000; i++) {
            counters.failed(Part.LOG, "attempt " + i);
        }
        assertThat(counters.failures())
                .extracting(Failure::message)
                .containsExactly("attempt 1000", "attempt 999", "attempt 998", "attempt 997", "no descriptor");
    }

    @Test
    void whatFailsAgainInTheSameWordsIsOne() {
        counters.failed(Part.LOG, "disk full");
        counters.failed(Part.READERS, "busy");
        counters.failed(Part.LOG, "disk full");
        assertThat(counters.failures()).extracting(Failure::message).containsExactly("disk full", "busy");
        assertThat(counters.failures()).extracting(Failure::times).isEqualTo(List.of(2L, 1L));
    }

    @Test
    void aDefectIsAFailureToo() {
        counters.defect("testing", new IllegalStateException("so it is"));
        assertThat(counters.failures().getFirst().message())
                .startsWith("while testing: ")
                .endsWith("so it is");
    }
}
