package taproot.daemon.api;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.metrics.Part;
import taproot.daemon.metrics.Waiting;
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

    /** What waits in each part, the readers among them. On the event loop only. */
    Map<Part, Waiting> waiting(Control.Status status) {
        Map<Part, Waiting> waiting = new EnumMap<>(Part.class);
        waiting.putAll(status.waiting());
        waiting.put(Part.SUBSCRIBERS, stream.waiting());
        waiting.put(Part.READERS, reads.waiting());
        return waiting;
    }

    /** The query for the repository that the path it names lies in; emitted on the event loop. */
    Mono<CommandQuery> located(CommandQuery query) {
        return query.namesPath()
                ? Mono.fromCompletionStage(() -> control.located(query))
                        .publishOn(Schedulers.fromExecutor(stream.loop()))
                : Mono.just(query);
    }

    /** The part of the path that has this name. */
    String segment(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalStateException("the path has no {" + name + "}");
        }
        return value;
    }
}
