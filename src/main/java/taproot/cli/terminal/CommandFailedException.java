package taproot.cli.terminal;

import java.io.Serial;

/** The end of a command that could not do what it was asked. The message is one line for the user and says what to do next. */
public final class CommandFailedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int status;

    public CommandFailedException(int status, String message) {
        super(message);
        this.status = status;
    }

    public CommandFailedException(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
