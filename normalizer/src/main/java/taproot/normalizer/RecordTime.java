package taproot.normalizer;

/**
 * The times of a record's JSON: RFC 3339, UTC, always with six digits of a second ({@code 2026-11-20T05:00:11.221335Z}).
 * Written digit by digit, since each record has two times and each of its processes another: nothing is allocated.
 */
final class RecordTime {
    static final int LENGTH = "2026-11-20T05:00:11.221335Z".length();

    private static final long MICROS_A_DAY = 86_400_000_000L;
    private static final long DAYS_TO_1970 = 719_468; // from 0000-03-01, where the years below begin
    private static final int DAYS_IN_400_YEARS = 146_097;
    private static final long FIRST = micros("0000-01-01T00:00:00.000000Z");
    private static final long LAST = micros("9999-12-31T23:59:59.999999Z");

    private RecordTime() {}

    /** Fills {@code out}; a time outside the four-digit years, which only a broken clock tells, becomes the nearest one inside. */
    static void write(long micros, byte[] out) {
        long clamped = Math.clamp(micros, FIRST, LAST);
        long ofDay = Math.floorMod(clamped, MICROS_A_DAY);
        date(Math.floorDiv(clamped, MICROS_A_DAY), out);
        int seconds = (int) (ofDay / 1_000_000);
        out[10] = 'T';
        digits(seconds / 3_600, out, 11, 2);
        out[13] = ':';
        digits(seconds / 60 % 60, out, 14, 2);
        out[16] = ':';
        digits(seconds % 60, out, 17, 2);
        out[19] = '.';
        digits((int) (ofDay % 1_000_000), out, 20, 6);
        out[26] = 'Z';
    }

    /**
     * The microseconds since the epoch of what {@link #write} wrote.
     *
     * @throws IllegalArgumentException when it has another form
     */
    static long micros(String text) {
        if (text.length() != LENGTH
                || text.charAt(4) != '-'
                || text.charAt(7) != '-'
                || text.charAt(10) != 'T'
                || text.charAt(13) != ':'
                || text.charAt(16) != ':'
                || text.charAt(19) != '.'
                || text.charAt(26) != 'Z') {
            throw notATime(text);
        }
        long days = days(number(text, 0, 4), number(text, 5, 2), number(text, 8, 2));
        long seconds = number(text, 11, 2) * 3_600L + number(text, 14, 2) * 60L + number(text, 17, 2);
        return days * MICROS_A_DAY + seconds * 1_000_000 + number(text, 20, 6);
    }

    /** The proleptic Gregorian date of a day since 1970, counted in years that begin in March: leap days come last. */
    private static void date(long sinceEpoch, byte[] out) {
        long day = sinceEpoch + DAYS_TO_1970;
        long era = Math.floorDiv(day, DAYS_IN_400_YEARS);
        int ofEra = (int) (day - era * DAYS_IN_400_YEARS);
        int yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365;
        int ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int fromMarch = (5 * ofYear + 2) / 153;
        int month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
        digits((int) (yearOfEra + era * 400) + (month <= 2 ? 1 : 0), out, 0, 4);
        out[4] = '-';
        digits(month, out, 5, 2);
        out[7] = '-';
        digits(ofYear - (153 * fromMarch + 2) / 5 + 1, out, 8, 2);
    }

    private static long days(int year, int month, int day) {
        int fromMarch = month > 2 ? month - 3 : month + 9;
        int y = month > 2 ? year : year - 1;
        long era = Math.floorDiv(y, 400);
        int yearOfEra = (int) (y - era * 400);
        int ofYear = (153 * fromMarch + 2) / 5 + day - 1;
        return era * DAYS_IN_400_YEARS + yearOfEra * 365L + yearOfEra / 4 - yearOfEra / 100 + ofYear - DAYS_TO_1970;
    }

    private static void digits(int value, byte[] out, int from, int count) {
        int rest = value;
        for (int i = from + count - 1; i >= from; i--) {
            out[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private static int number(String text, int from, int count) {
        int value = 0;
        for (int i = from; i < from + count; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw notATime(text);
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static IllegalArgumentException notATime(String text) {
        return new IllegalArgumentException("expected a time like 2026-11-20T05:00:11.221335Z, got " + text);
    }
}
