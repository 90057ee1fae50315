package taproot.daemon.api;

import io.netty.handler.codec.http.HttpResponseStatus;

/** A request that is not served; it becomes an RFC 9457 problem document. The message is its {@code detail}. */
final class ProblemException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient HttpResponseStatus status;

    ProblemException(HttpResponseStatus status, String detail) {
        super(detail);
        this.status = status;
    }

    static ProblemException badRequest(String detail) {
        return new ProblemException(HttpResponseStatus.BAD_REQUEST, detail);
    }

    HttpResponseStatus status() {
        return status;
    }
}
