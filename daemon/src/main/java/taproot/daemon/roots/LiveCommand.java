package taproot.daemon.roots;

import taproot.normalizer.RunningProcess;

/**
 * A process that has not ended.
 *
 * @param process what is known of it
 * @param heardAt when the last line of its root came, in microseconds of the monotonic clock
 */
public record LiveCommand(RunningProcess process, long heardAt) {}
