package taproot.cli.control;

import java.io.IOException;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.text.Json;
import taproot.cli.text.ShellText;

/** What the daemon's answers mean for a command. */
public final class Replies {
    private static final int OK = 200;

    private Replies() {}

    /** The body of an answer that is not an error. */
    public static String body(HttpReply reply) throws CommandFailedException {
        if (reply.status() == OK) {
            return reply.body();
        }
        String detail = reply.body().strip();
        try {
            detail = Json.parse(reply.body()).text("detail");
        } catch (IOException e) {
            // Not a problem document: then its text is all there is to show.
            detail = ShellText.oneLine(detail);
        }
        throw new CommandFailedException(ExitStatus.FAILED, "the daemon answered " + reply.status() + ": " + detail);
    }

    /** That body as an object. */
    public static Json json(HttpReply reply) throws CommandFailedException {
        String body = body(reply);
        try {
            return Json.parse(body);
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitStatus.FAILED, "the daemon's answer is not JSON (" + e.getMessage() + "): is it a taproot?", e);
        }
    }
}
