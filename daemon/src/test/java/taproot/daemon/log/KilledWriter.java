package taproot.daemon.log;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import taproot.daemon.metrics.Counters;

/** A process that writes to the log until it is killed, and prints each head that was confirmed to it. */
final class KilledWriter {
    private KilledWriter() {}

    public static void main(String[] args) throws Exception {
        CommandLog log = CommandLog.open(Path.of(args[0]), LogSettings.DEFAULTS, Commands::encode, new Counters());
        for (int t = 0; t < 2; t++) {
            String name = args[1] + "-" + t + "-";
            Thread.ofPlatform().daemon().start(() -> {
                for (int i = 0; ; i++) {
                    if (!log.append(Commands.plain(name + i)) || i % 5 == 0) {
                        LockSupport.parkNanos(1_000_000); // The commits are the test, not the load.
                    }
                }
            });
        }
        while (true) {
            long head = log.committed().toCompletableFuture().get(30, TimeUnit.SECONDS);
            System.out.println(head);
            System.out.flush();
        }
    }
}
