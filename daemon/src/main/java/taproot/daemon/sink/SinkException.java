package taproot.daemon.sink;

/** Why a sink cannot be opened. The message says what was expected, what came and what to do; never a secret. */
public final class SinkException extends Exception {
    private static final long serialVersionUID = 1L;

    public SinkException(String message) {
        super(message);
    }

    public SinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
