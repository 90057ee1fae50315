package taproot.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0.0 ms",
        "49, 0.0 ms",
        "1949, 1.9 ms",
        "9949, 9.9 ms",
        "9950, 10 ms",
        "999499, 999 ms",
        "999500, 1.00 s",
        "9994999, 9.99 s",
        "9995000, 10.0 s",
        "59949999, 59.9 s",
        "59950000, 1 m 00 s",
        "192000000, 3 m 12 s",
        "3599600000, 1 h 00 m",
        "7500000000, 2 h 05 m",
        "90000000000, 1 d 01 h"
    })
    void peopleReadThreeDigitsThatMatter(long micros, String text) {
        assertThat(Durations.human(micros)).isEqualTo(text);
    }

    @Test
    void theUnitsOfTheConfigurationAreUnderstood() {
        assertThat(Durations.parse("250us")).isEqualTo(Duration.ofNanos(250_000));
        assertThat(Durations.parse("250ms")).isEqualTo(Duration.ofMillis(250));
        assertThat(Durations.parse("5s")).isEqualTo(Duration.ofSeconds(5));
        assertThat(Durations.parse("3m")).isEqualTo(Duration.ofMinutes(3));
        assertThat(Durations.parse("2h")).isEqualTo(Duration.ofHours(2));
        assertThat(Durations.parse("30d")).isEqualTo(Duration.ofDays(30));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-5s", "1.5s", "5 s", "5S", "99999999999s"})
    void whatIsNoDurationSaysWhatWasExpected(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("like 30s or 2h, got '" + text + "'");
    }

    @Test
    void sizesAreShort() {
        assertThat(Durations.bytes(0)).isEqualTo("0 B");
        assertThat(Durations.bytes(1_536)).isEqualTo("1.5 KiB");
        assertThat(Durations.bytes(3 << 20)).isEqualTo("3.0 MiB");
    }
}
