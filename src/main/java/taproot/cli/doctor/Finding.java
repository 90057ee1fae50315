package taproot.cli.doctor;

import org.jspecify.annotations.Nullable;

/**
 * One thing that was looked at.
 *
 * @param check what was looked at, in one word
 * @param mend the command for a shell that puts it right; null where there is nothing to mend, or no command for it
 */
record Finding(
        Level level, String check, String text, @Nullable String mend) {
    /** How bad it is. */
    enum Level {
        /** As it should be. */
        OK,
        /** Works, but something is lost or missing. */
        NOTE,
        /** Keeps commands from being recorded. */
        PROBLEM
    }

    static Finding ok(String check, String text) {
        return new Finding(Level.OK, check, text, null);
    }

    static Finding note(String check, String text, @Nullable String mend) {
        return new Finding(Level.NOTE, check, text, mend);
    }

    static Finding problem(String check, String text, @Nullable String mend) {
        return new Finding(Level.PROBLEM, check, text, mend);
    }
}
