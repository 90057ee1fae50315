package taproot.cli;

import java.io.Serial;

/** The end of a command that could not do what it was asked. The message is one line for the user and says what to do next. */
final class CommandFailedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int status;

    CommandFailedException(int status, String message) {
        super(message);
        this.status = status;
    }

    CommandFailedException(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    int status() {
        return status;
    }
}
