package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Git's times, Android's repo's, and what is neither. */
class TimestampsTest {
    private static final long MICROS = 1_795_150_665_943_807L;

    @Property
    void everyMicrosecondIsRead(@ForAll @LongRange(min = 0, max = 4_102_444_800_000_000L) long micros)
            throws Exception {
        String time = Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
        assertThat(Timestamps.parse(time)).isEqualTo(micros);
    }

    @Test
    void theTimesOfRepoAreRead() throws Exception {
        assertThat(Timestamps.parse("2026-11-20T04:57:45.943807+00:00Z")).isEqualTo(MICROS);
        assertThat(Timestamps.parse("2026-11-20T04:57:45.943807+00:00")).isEqualTo(MICROS);
    }

    @Test
    void decimalsBeyondMicrosecondsAreLeftOut() throws Exception {
        assertThat(Timestamps.parse("2026-11-20T04:57:45.943807999Z")).isEqualTo(MICROS);
        assertThat(Timestamps.parse("2026-11-20T04:57:45Z")).isEqualTo(MICROS - 943_807);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Z",
                "2026-11-20T04:57:45",
                "2026-11-20T04:57:45.943807+01:00",
                "2026-02-30T00:00:00Z",
                "2026-11-20 04:57:45Z",
                "2026-11-20T04:57:4xZ",
                "99999-11-20T04:57:45Z",
                "2026-11-20T24:57:45Z",
                "2026-11-20T04:60:45Z",
                "2026-11-20T04:57:61Z"
            })
    void whatIsNoTimeInUtcIsRefusedWithWhatCame(String time) {
        assertThatThrownBy(() -> Timestamps.parse(time))
                .isInstanceOf(MalformedEventException.class)
                .hasMessageContaining("came \"" + time + "\"");
    }
}
