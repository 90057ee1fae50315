package taproot.cli.gitconfig;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.text.Json;

/**
 * {@code trace2.eventTarget} in one of git's configuration files. What was there before is kept beside it under a key of our
 * own, so that whoever has the file has all there is to undo it; every step leaves a state from which both directions work.
 */
final class EventTarget {
    static final String KEY = "trace2.eventTarget";
    /** What we have put there, to tell it from what somebody else has put there since. */
    private static final String OURS = "taproot.eventTarget";

    private static final String FORMER = "taproot.formerEventTarget";
    private static final int LONGEST_PATH = 107;

    private final Git git;
    private final Scope scope;

    EventTarget(Git git, Scope scope) {
        this.git = git;
        this.scope = scope;
    }

    /**
     * What came of it.
     *
     * @param changed false where everything was so already
     * @param former what stood there that was not ours
     */
    record Outcome(boolean changed, List<String> former) {
        /** For programs. */
        String json(Scope scope, @Nullable String target) {
            return Json.line(out -> {
                out.writeStringField("scope", scope.word());
                out.writeStringField("target", target);
                out.writeBooleanField("changed", changed);
                out.writeArrayFieldStart("other_targets");
                for (String other : former) {
                    out.writeString(other);
                }
                out.writeEndArray();
            });
        }
    }

    /** What git has to be told for a daemon that listens on this socket. */
    static String of(Path socket) throws CommandFailedException {
        int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_PATH) {
            throw new CommandFailedException(
                    ExitStatus.FAILED,
                    "expected a socket path of at most " + LONGEST_PATH + " bytes, because git cuts off the rest, got "
                            + length + ": " + socket + "; choose a shorter --runtime-dir");
        }
        return "af_unix:stream:" + socket;
    }

    /** Sets it; refuses to replace what somebody else has set, unless told to. */
    Outcome set(String target, boolean replace) throws CommandFailedException {
        List<String> current = scope.values(git, KEY);
        List<String> ours = scope.values(git, OURS);
        if (current.equals(List.of(target)) && ours.equals(current)) {
            return new Outcome(false, List.of());
        }
        boolean foreign = !current.isEmpty() && !current.equals(ours) && !current.equals(List.of(target));
        if (foreign && !replace) {
            throw new CommandFailedException(
                    ExitStatus.FAILED,
                    KEY + " is " + String.join(", ", current) + " already, in git's " + scope.word()
                            + " configuration: taproot enable --replace" + (scope == Scope.SYSTEM ? " --system" : "")
                            + " replaces it, and taproot disable puts it back");
        }
        if (foreign) {
            scope.set(git, FORMER, current); // First: whatever happens next, it can be put back.
        }
        scope.set(git, OURS, List.of(target));
        scope.set(git, KEY, List.of(target));
        return new Outcome(true, foreign ? current : List.of());
    }

    /** Puts back what was there before {@link #set}; leaves alone what somebody else has set since. */
    Outcome restore(String target) throws CommandFailedException {
        List<String> current = scope.values(git, KEY);
        List<String> ours = new ArrayList<>(scope.values(git, OURS));
        boolean isOurs = !current.isEmpty() && (current.equals(ours) || current.equals(List.of(target)));
        List<String> former = scope.values(git, FORMER);
        if (isOurs) {
            scope.set(git, KEY, former);
        }
        boolean known = !ours.isEmpty() || !former.isEmpty();
        if (known) {
            scope.set(git, FORMER, List.of());
            scope.set(git, OURS, List.of());
        }
        return new Outcome(isOurs, isOurs ? former : current);
    }
}
