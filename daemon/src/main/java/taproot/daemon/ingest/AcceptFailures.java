package taproot.daemon.ingest;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import taproot.daemon.metrics.Counter;
import taproot.daemon.metrics.Counters;

/**
 * What happens when nobody can be accepted because no descriptor is left: it is counted, and tried again after
 * {@value #PAUSE_MILLIS} ms. On the listening socket's loop only.
 *
 * <p>Whoever connects meanwhile stands in the backlog and can write what a socket's buffer holds (about 170 events), so
 * that most git commands do not notice. A longer one waits in {@code write} until a descriptor is free: behind this it
 * is accepted within the pause, where the framework's own handler would let it wait for a second.
 */
final class AcceptFailures extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptFailures.class);
    private static final long PAUSE_MILLIS = 10;
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Counters counters;
    private long saidAt = System.nanoTime() - QUIET_NANOS;

    AcceptFailures(Counters counters) {
        this.counters = counters;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        counters.increment(Counter.ACCEPTS_FAILED);
        long now = System.nanoTime();
        if (now - saidAt >= QUIET_NANOS) {
            saidAt = now;
            LOG.warn(
                    "cannot accept connections: {}. git waits once its socket's buffer is full; raise the limit of"
                            + " descriptors (LimitNOFILE, ulimit -n) if this goes on",
                    cause.toString());
        }
        ChannelConfig listening = ctx.channel().config();
        listening.setAutoRead(false);
        var unused = ctx.executor().schedule(() -> listening.setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
