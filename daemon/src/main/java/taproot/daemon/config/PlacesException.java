package taproot.daemon.config;

/** A place that cannot be used; the message says why and what to do. */
public final class PlacesException extends Exception {
    private static final long serialVersionUID = 1L;

    PlacesException(String message) {
        super(message);
    }

    PlacesException(String message, Throwable cause) {
        super(message, cause);
    }
}
