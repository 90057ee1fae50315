package taproot.daemon.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import taproot.daemon.log.CommandLog;
import taproot.daemon.stream.CommandStream;
import taproot.daemon.stream.LogReads;

/**
 * A request that reached its endpoint.
 *
 * @param path what stands where the endpoint's path has names in braces, decoded
 * @param lastEventId the header of this name: where a subscriber that comes again stood
 */
record Call(
        Control control,
        CommandLog log,
        LogReads reads,
        CommandStream stream,
        Metrics metrics,
        Map<String, String> path,
        Parameters parameters,
        @Nullable String lastEventId) {

    /** The part of the path that has this name. */
    String segment(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalStateException("the path has no {" + name + "}");
        }
        return value;
    }
}
