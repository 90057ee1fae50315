package taproot.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What is logged, one line an event: for a terminal with time and level, for journald with its priority in front and
 * without the time, which the journal has itself.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {
    private static final Pattern BREAK = Pattern.compile("\\s*\\R\\s*");

    private final boolean journal;

    LogLine(boolean journal) {
        this.journal = journal;
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        String text = event.getFormattedMessage();
        if (thrown != null) {
            text += "\n" + ThrowableProxyUtil.asString(thrown);
        }
        return front(event) + BREAK.matcher(text.strip()).replaceAll(" | ") + System.lineSeparator();
    }

    private String front(ILoggingEvent event) {
        if (journal) {
            return priority(event.getLevel());
        }
        LocalTime time = LocalTime.ofInstant(Instant.ofEpochMilli(event.getTimeStamp()), ZoneId.systemDefault());
        return String.format(Locale.ROOT, "%1$tT.%1$tL %2$-5s ", time, event.getLevel());
    }

    /** As sd-daemon(3) has them. */
    private static String priority(Level level) {
        if (level.isGreaterOrEqual(Level.ERROR)) {
            return "<3>";
        }
        if (level.isGreaterOrEqual(Level.WARN)) {
            return "<4>";
        }
        return level.isGreaterOrEqual(Level.INFO) ? "<6>" : "<7>";
    }
}
