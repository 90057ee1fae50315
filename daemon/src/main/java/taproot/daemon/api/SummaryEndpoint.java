package taproot.daemon.api;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerResponse;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.SummaryBy;
import taproot.daemon.log.SummaryRow;

/**
 * {@code GET /v1/summary?by=command|repository|caller|outcome|hour}: how many commands match and how long they took, by what
 * they have in common; what took most time in all comes first. Read-only commands that retention has folded are in it, which
 * makes percentiles estimates: within 3 % where durations are known, to a factor of 1.4 where only their classes are.
 */
final class SummaryEndpoint implements Endpoint {
    private static final int DEFAULT_LIMIT = 50;

    @Override
    public HttpMethod method() {
        return HttpMethod.GET;
    }

    @Override
    public String path() {
        return "/v1/summary";
    }

    @Override
    public Set<String> parameters() {
        return Parameters.filterAnd("by", "limit");
    }

    @Override
    public Publisher<Void> answer(Call call, HttpServerResponse response) throws ProblemException {
        SummaryBy by = by(call.parameters());
        CommandQuery query = call.parameters().filter().newest(0);
        long given = call.parameters().number("limit", DEFAULT_LIMIT, Integer.MAX_VALUE);
        long limit = given == 0 ? Long.MAX_VALUE : given;
        return call.located(query)
                .flatMap(located -> call.reads().read(log -> log.summary(located, by)))
                .flatMap(groups -> Replies.json(response, json -> write(json, by, groups, limit)));
    }

    private static SummaryBy by(Parameters parameters) throws ProblemException {
        String text = parameters.text("by");
        for (SummaryBy by : SummaryBy.values()) {
            if (wire(by).equals(text)) {
                return by;
            }
        }
        throw ProblemException.badParameter(
                "by",
                text,
                "one of "
                        + Arrays.stream(SummaryBy.values())
                                .map(SummaryEndpoint::wire)
                                .collect(Collectors.joining(", ")));
    }

    private static void write(JsonGenerator json, SummaryBy by, List<SummaryRow> groups, long limit)
            throws IOException {
        json.writeStringField("by", wire(by));
        json.writeArrayFieldStart("groups");
        for (SummaryRow group : groups.subList(0, (int) Math.min(limit, groups.size()))) {
            json.writeStartObject();
            json.writeStringField("value", group.name());
            json.writeNumberField("count", group.count());
            json.writeNumberField("failures", group.failures());
            json.writeNumberField("total_us", group.totalUs());
            number(json, "p50_us", group.p50Us());
            number(json, "p95_us", group.p95Us());
            number(json, "p99_us", group.p99Us());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("more", Math.max(0, groups.size() - limit));
    }

    private static String wire(SummaryBy by) {
        return by.name().toLowerCase(Locale.ROOT);
    }

    private static void number(JsonGenerator json, String name, @Nullable Long value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeNumberField(name, value);
        }
    }
}
