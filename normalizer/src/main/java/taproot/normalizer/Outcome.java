package taproot.normalizer;

import java.util.Locale;

/** How a command, or one of its processes, ended, as far as it was seen. Nothing here is ever guessed. */
public enum Outcome {
    /** It said {@code atexit} (or {@code exit}, and fell silent). Only then is there an exit code of its own. */
    EXITED,
    /** It said {@code signal}: SIGPIPE, the only signal git reports. */
    SIGNALED,
    /** It became another program by {@code exec}, which does not speak trace2. */
    EXECED,
    /** Every connection closed and no ending came: killed, crashed, or the machine went down. */
    LOST,
    /** The daemon stopped before the command did. */
    INTERRUPTED;

    private final String wire = name().toLowerCase(Locale.ROOT);

    /** The name as it stands in JSON. */
    public String wire() {
        return wire;
    }
}
