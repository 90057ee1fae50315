package taproot.cli.text;

import org.jspecify.annotations.Nullable;
import taproot.normalizer.Outcome;

/**
 * How something ended, in one short word: nothing for an exit with 0.
 *
 * @param bad worth a colour
 */
public record Ending(String text, boolean bad) {
    /** What is still running when it is shown; its record says {@code interrupted}. */
    public static final Ending RUNNING = new Ending("running", false);

    private static final Ending FINE = new Ending("", false);

    private static final String[] SIGNALS = {
        "", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
        "TERM"
    };

    public static Ending of(Outcome outcome, @Nullable Integer exitCode, @Nullable Integer signal) {
        return switch (outcome) {
            case EXITED -> of(exitCode);
            case SIGNALED -> new Ending(signal == null ? "signaled" : signal(signal), true);
            case EXECED -> new Ending("execed", false);
            case LOST -> exitCode == null ? new Ending("lost", true) : of(exitCode);
            case INTERRUPTED -> new Ending("interrupted", true);
        };
    }

    /** The end of something that is known by its code alone; git has -1 for what could not be started. */
    public static Ending of(@Nullable Integer exitCode) {
        if (exitCode == null || exitCode == 0) {
            return FINE;
        }
        return new Ending(exitCode < 0 ? "no start" : exitCode.toString(), true);
    }

    private static String signal(int number) {
        return number > 0 && number < SIGNALS.length ? "SIG" + SIGNALS[number] : "signal " + number;
    }
}
