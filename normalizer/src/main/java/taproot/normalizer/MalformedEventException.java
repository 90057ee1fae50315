package taproot.normalizer;

/** A line that is not what trace2 writes; it costs that line and nothing else. */
final class MalformedEventException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedEventException(String message) {
        // Without a stack trace: a hostile stream makes millions of these.
        super(message, null, false, false);
    }
}
