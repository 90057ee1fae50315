package taproot.daemon.sink.iceberg;

import java.util.List;
import taproot.daemon.config.ConfigKey;
import taproot.daemon.sink.Sink;
import taproot.daemon.sink.SinkException;
import taproot.daemon.sink.SinkFactory;
import taproot.daemon.sink.SinkSettings;

/** The twin that does not look whether a batch is in the table already. */
public final class UnguardedSinkFactory implements SinkFactory {
    private final SinkFactory guarded = new IcebergSinkFactory((_, _) -> null);

    @Override
    public String type() {
        return "iceberg-unguarded";
    }

    @Override
    public List<ConfigKey<?>> keys() {
        return guarded.keys();
    }

    @Override
    public int mostParts() {
        return guarded.mostParts();
    }

    @Override
    public Sink open(SinkSettings settings) throws SinkException, InterruptedException {
        return guarded.open(settings);
    }
}
