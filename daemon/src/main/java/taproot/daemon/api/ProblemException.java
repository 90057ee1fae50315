package taproot.daemon.api;

import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;

/** A request that is not served; it becomes an RFC 9457 problem document. The message is its {@code detail}. */
final class ProblemException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient HttpResponseStatus status;
    private final transient @Nullable Parameter parameter;

    /**
     * A parameter that is at fault.
     *
     * @param got null where it is not there
     */
    record Parameter(String name, @Nullable String got, String expected) {}

    ProblemException(HttpResponseStatus status, String detail) {
        this(status, detail, null);
    }

    private ProblemException(HttpResponseStatus status, String detail, @Nullable Parameter parameter) {
        super(detail);
        this.status = status;
        this.parameter = parameter;
    }

    static ProblemException badRequest(String detail) {
        return new ProblemException(HttpResponseStatus.BAD_REQUEST, detail);
    }

    static ProblemException badParameter(String name, @Nullable String got, String expected) {
        return new ProblemException(
                HttpResponseStatus.BAD_REQUEST,
                name + ": expected " + expected + ", got " + (got == null ? "none" : got),
                new Parameter(name, got, expected));
    }

    static ProblemException unknownParameter(String name, String expected) {
        return new ProblemException(
                HttpResponseStatus.BAD_REQUEST,
                "unknown parameter " + name + ", expected " + expected,
                new Parameter(name, null, expected));
    }

    HttpResponseStatus status() {
        return status;
    }

    @Nullable
    Parameter parameter() {
        return parameter;
    }
}
