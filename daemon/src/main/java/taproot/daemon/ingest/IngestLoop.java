package taproot.daemon.ingest;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import taproot.normalizer.EventDecoder;

/** What the connections of one event loop share: a decoder, an array to read into, and who they are. Loop only. */
final class IngestLoop {
    private final EventDecoder decoder = new EventDecoder();
    private final Set<TraceConnection> connections = Collections.newSetFromMap(new IdentityHashMap<>());
    private final int ownUid;
    private byte[] chunk = new byte[64 * 1024];

    IngestLoop(int ownUid) {
        this.ownUid = ownUid;
    }

    EventDecoder decoder() {
        return decoder;
    }

    int ownUid() {
        return ownUid;
    }

    /** An array of at least this size, for the duration of one read. */
    byte[] chunk(int size) {
        if (chunk.length < size) {
            chunk = new byte[size];
        }
        return chunk;
    }

    void add(TraceConnection connection) {
        connections.add(connection);
    }

    void remove(TraceConnection connection) {
        connections.remove(connection);
    }

    /** Has every open connection read until nothing is left of what its peer has sent. */
    void readAllTo(DrainTarget target) {
        for (TraceConnection connection : connections) {
            connection.readTo(target);
        }
    }
}
