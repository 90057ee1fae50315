package taproot.daemon.sink;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;

/** The traces of a log in a state directory. Each look opens the log anew: few sinks look, and at few commands. */
record KeptTraces(Path stateDirectory, Counters counters) implements TraceSource {
    private static final Logger LOG = LoggerFactory.getLogger(KeptTraces.class);

    @Override
    public byte @Nullable [] lines(String key) {
        try (LogReader reader = LogReader.open(stateDirectory)) {
            return reader.trace(key);
        } catch (LogException e) {
            // The record is there, and goes without what is inside it.
            counters.increment(Counter.LOG_ERRORS);
            LOG.debug("no trace of {}: {}", key, e.toString());
            return null;
        }
    }
}
