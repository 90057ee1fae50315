package taproot.daemon.api;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The segments of an endpoint's path, to be compared with those of a request. */
record Route(Endpoint endpoint, String[] segments) {
    static Route of(Endpoint endpoint) {
        return new Route(endpoint, endpoint.path().split("/", -1));
    }

    /**
     * What stands for the names in braces; null if it is another path. Segments are decoded one by one, so that a slash in a
     * key can be written as %2F.
     */
    @Nullable
    Map<String, String> match(String rawPath) {
        String[] given = rawPath.split("/", -1);
        if (given.length != segments.length) {
            return null;
        }
        Map<String, String> named = new HashMap<>();
        for (int i = 0; i < given.length; i++) {
            String segment = segments[i];
            String value = QueryStringDecoder.decodeComponent(given[i].replace("+", "%2B"));
            if (segment.startsWith("{")) {
                named.put(segment.substring(1, segment.length() - 1), value);
            } else if (!segment.equals(value)) {
                return null;
            }
        }
        return named;
    }
}
