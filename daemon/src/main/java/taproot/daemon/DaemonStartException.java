package taproot.daemon;

/** The daemon cannot start; the message says why and what to do, ready to be shown to its user. */
public final class DaemonStartException extends Exception {
    private static final long serialVersionUID = 1;

    DaemonStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
