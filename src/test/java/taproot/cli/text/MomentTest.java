package taproot.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MomentTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant NOW = Instant.parse("2026-11-20T05:30:00Z");

    @ParameterizedTest
    @CsvSource({
        "2026-11-20T14:30:00Z, 2026-11-20T14:30:00Z",
        "2026-11-20T14:30:00.000001+02:00, 2026-11-20T12:30:00.000001Z",
        "2026-11-20T14:30:00, 2026-11-20T13:30:00Z",
        "2026-11-20 14:30, 2026-11-20T13:30:00Z",
        "2026-07-01, 2026-06-30T22:00:00Z",
        "today, 2026-11-19T23:00:00Z",
        "yesterday, 2026-11-18T23:00:00Z",
        "2h, 2026-11-20T03:30:00Z",
        "7d, 2026-11-13T05:30:00Z"
    })
    void aTimeIsReadAsPeopleWriteIt(String text, Instant expected) {
        assertThat(Moment.parse(text, NOW, BERLIN)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "noon", "2026", "2026-13-01", "2026-11-20T25:00", "2026-11-20T14:30:00X", "-2h"})
    void whatIsNoTimeSaysWhatWasExpected(String text) {
        assertThatThrownBy(() -> Moment.parse(text, NOW, BERLIN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("expected a time like 2026-11-20T14:30:00Z")
                .hasMessageEndingWith("got '" + text + "'");
    }

    @Test
    void tablesShowLocalTime() {
        long micros = Moment.micros(Instant.parse("2026-11-20T05:30:00.123456Z"));
        assertThat(Moment.seconds(micros, BERLIN)).isEqualTo("2026-11-20 06:30:00");
        assertThat(Moment.millis(micros, BERLIN)).isEqualTo("2026-11-20 06:30:00.123");
    }
}
