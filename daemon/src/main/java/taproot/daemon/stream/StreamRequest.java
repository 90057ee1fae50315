package taproot.daemon.stream;

import org.jspecify.annotations.Nullable;
import taproot.daemon.log.CommandQuery;

/**
 * What a subscriber wants.
 *
 * @param filter the commands; its limit does not matter, and neither does its after
 * @param after the seq of the last record that he has; null for what is committed from now on
 * @param logId the log that {@code after} is of; null if he does not say
 * @param live whether he is told of commands that are still running, too
 */
public record StreamRequest(
        CommandQuery filter, @Nullable Long after, @Nullable String logId, boolean live) {}
