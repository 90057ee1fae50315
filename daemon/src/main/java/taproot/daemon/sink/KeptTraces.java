package taproot.daemon.sink;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.StoredCommand;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.RecordJson;

/** The traces and records of a log in a state directory. Each look opens the log anew: few sinks look, and at few commands. */
record KeptTraces(Path stateDirectory, Counters counters) implements TraceSource {
    private static final Logger LOG = LoggerFactory.getLogger(KeptTraces.class);

    /** One look at an open log. */
    private interface Look<T> {
        @Nullable
        T at(LogReader log) throws LogException;
    }

    @Override
    public byte @Nullable [] lines(String key) {
        return look(key, log -> log.trace(key));
    }

    @Override
    public @Nullable CommandRecord command(String key) {
        StoredCommand stored = look(key, log -> log.get(key));
        try {
            return stored == null ? null : RecordJson.read(stored.json()).record();
        } catch (IOException e) {
            LOG.debug("the record of {} is of another version: {}", key, e.toString());
            return null;
        }
    }

    private <T> @Nullable T look(String key, Look<T> look) {
        try (LogReader reader = LogReader.open(stateDirectory)) {
            return look.at(reader);
        } catch (LogException e) {
            // The batch goes without it.
            counters.increment(Counter.LOG_ERRORS);
            LOG.debug("nothing of {}: {}", key, e.toString());
            return null;
        }
    }
}
