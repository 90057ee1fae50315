package taproot.cli.terminal;

import java.io.IOException;
import java.io.Serial;

/** Our output cannot be written. */
public final class OutputClosedException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    public OutputClosedException(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /** Whether somebody only stopped reading ({@code | head}), which is nobody's failure. */
    public boolean readerIsGone() {
        String message = getMessage();
        return message != null && message.contains("Broken pipe");
    }
}
