package taproot.daemon;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;

/** Tells of the configuration's patterns that come to no end in a text: each in the log once, each time in a counter. */
final class EndlessPatterns implements Consumer<Pattern> {
    private static final Logger LOG = LoggerFactory.getLogger(EndlessPatterns.class);

    private final Counters counters;

    /** As many as the configuration has. */
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    EndlessPatterns(Counters counters) {
        this.counters = counters;
    }

    @Override
    public void accept(Pattern pattern) {
        counters.increment(Counter.TEXTS_REDACTED_WHOLE);
        if (told.add(pattern.pattern())) {
            LOG.warn(
                    "redact.patterns: '{}' tries so many ways in a text that it was stopped; such texts are redacted as"
                            + " a whole. A repetition inside a repetition, such as (a+)+, does that: write it without",
                    pattern.pattern());
        }
    }
}
