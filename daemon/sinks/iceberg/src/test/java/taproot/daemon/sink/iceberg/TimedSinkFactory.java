package taproot.daemon.sink.iceberg;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import taproot.daemon.config.ConfigKey;
import taproot.daemon.sink.Batch;
import taproot.daemon.sink.Delivery;
import taproot.daemon.sink.Sink;
import taproot.daemon.sink.SinkException;
import taproot.daemon.sink.SinkFactory;
import taproot.daemon.sink.SinkSettings;

/** The sink, with a watch: how long each delivery took that succeeded. */
public final class TimedSinkFactory implements SinkFactory {
    /** Of all sinks of this process, in milliseconds, but for the first of each part: in those, classes are loaded. */
    static final Queue<Long> TOOK = new ConcurrentLinkedQueue<>();

    static final AtomicLong SLOWEST_FIRST = new AtomicLong();

    private final SinkFactory timed = new IcebergSinkFactory();

    @Override
    public String type() {
        return "iceberg-timed";
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return timed.keys();
    }

    @Override
    public int mostParts() {
        return timed.mostParts();
    }

    @Override
    public Sink open(SinkSettings settings) throws SinkException, InterruptedException {
        Sink sink = timed.open(settings);
        AtomicInteger first = new AtomicInteger(settings.parts());
        return new Sink() {
            @Override
            public Delivery deliver(Batch batch) throws InterruptedException {
                long began = System.nanoTime();
                Delivery delivery = sink.deliver(batch);
                if (delivery instanceof Delivery.Delivered) {
                    long took = (System.nanoTime() - began) / 1_000_000;
                    if (first.getAndDecrement() > 0) {
                        SLOWEST_FIRST.accumulateAndGet(took, Math::max);
                    } else {
                        TOOK.add(took);
                    }
                }
                return delivery;
            }

            @Override
            public Map<String, Long> figures() {
                return sink.figures();
            }

            @Override
            public void close() {
                sink.close();
            }
        };
    }
}
