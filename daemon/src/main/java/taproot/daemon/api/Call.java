package taproot.daemon.api;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request that reached its endpoint.
 *
 * @param query the decoded parameters behind the question mark
 */
record Call(Control control, Map<String, List<String>> query) {

    /**
     * The parameter's value, null where it is not given.
     *
     * @throws ProblemException if it is given more than once
     */
    @Nullable
    String parameter(String name) throws ProblemException {
        List<String> values = query.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw ProblemException.badRequest("expected " + name + " once, got it " + values.size() + " times");
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    /**
     * Refuses parameters that the endpoint does not know: a mistyped one would silently do nothing.
     *
     * @throws ProblemException if there is one
     */
    void allow(Set<String> known) throws ProblemException {
        for (String name : query.keySet()) {
            if (!known.contains(name)) {
                throw ProblemException.badRequest("unknown parameter " + name + ", expected "
                        + (known.isEmpty() ? "none" : "one of " + String.join(", ", known)));
            }
        }
    }
}
