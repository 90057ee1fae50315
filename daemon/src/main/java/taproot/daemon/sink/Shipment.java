package taproot.daemon.sink;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import taproot.daemon.log.SetAside;
import taproot.daemon.log.SinkState;

/**
 * A stored batch with its records, and what is known of its parts. It is kept while the sink turns to something else, so
 * that parts which have arrived are not sent again; after a crash they are, under the same id. For the sink's own thread.
 */
final class Shipment {
    private final SinkState.Frozen frozen;
    private final SinkCursor.Stretch stretch;
    private final List<Attempts.Part> parts;
    private final Map<Integer, List<Delivery.Refusal>> arrived = new HashMap<>();
    private boolean uncertain;

    private Shipment(
            SinkState.Frozen frozen, SinkCursor.Stretch stretch, List<Attempts.Part> parts, boolean uncertain) {
        this.uncertain = uncertain;
        this.frozen = frozen;
        this.stretch = stretch;
        this.parts = parts;
    }

    /** @param uncertain it may have been tried before */
    static Shipment of(
            SinkState.Frozen frozen,
            SinkCursor.Stretch stretch,
            String installation,
            String logId,
            String sink,
            boolean uncertain) {
        List<List<SinkRecord>> records = new ArrayList<>();
        for (int part = 0; part < frozen.parts(); part++) {
            records.add(new ArrayList<>());
        }
        for (SinkRecord record : stretch.records()) {
            records.get(Math.floorMod(record.key().hashCode(), frozen.parts())).add(record);
        }
        List<Attempts.Part> parts = new ArrayList<>();
        for (int part = 0; part < frozen.parts(); part++) {
            if (!records.get(part).isEmpty()) {
                Batch.Id id = new Batch.Id(
                        installation, logId, sink, frozen.first(), frozen.last(), part, frozen.parts(), frozen.round());
                parts.add(new Attempts.Part(id, records.get(part), false));
            }
        }
        return new Shipment(frozen, stretch, parts, uncertain);
    }

    SinkState.Frozen frozen() {
        return frozen;
    }

    String id() {
        return parts.isEmpty() ? "" : parts.getFirst().id().text();
    }

    /** The parts that have not arrived. */
    List<Attempts.Part> left() {
        return parts.stream()
                .filter(part -> !arrived.containsKey(part.id().part()))
                .map(part -> new Attempts.Part(part.id(), part.records(), uncertain))
                .toList();
    }

    /** An attempt at it was made, and broken off. */
    void mayHaveArrived() {
        uncertain = true;
    }

    /** @param refusals null if it has not */
    void arrived(Attempts.Part part, @Nullable List<Delivery.Refusal> refusals) {
        if (refusals != null) {
            arrived.put(part.id().part(), refusals);
        }
    }

    boolean isComplete() {
        return left().isEmpty();
    }

    /** What is to be set aside, now that all parts have arrived. */
    List<SetAside> aside() {
        Map<Long, SinkRecord> bySeq = new HashMap<>();
        stretch.records().forEach(record -> bySeq.put(record.seq(), record));
        List<SetAside> aside = new ArrayList<>(stretch.unreadable());
        arrived.values().stream().flatMap(List::stream).forEach(refusal -> {
            SinkRecord record = bySeq.remove(refusal.seq());
            if (record == null) {
                throw new IllegalStateException("refused twice, or not of this batch: seq " + refusal.seq());
            }
            boolean waiting = refusal.kind() == Delivery.Kind.STALLED;
            aside.add(new SetAside(
                    record.seq(),
                    record.key(),
                    waiting,
                    refusal.reason(),
                    Instant.now(),
                    1,
                    frozen.round(),
                    record.json()));
        });
        return aside;
    }

    long missing() {
        return stretch.missing();
    }

    int records() {
        return stretch.records().size();
    }

    List<Long> seqs() {
        return stretch.records().stream().map(SinkRecord::seq).toList();
    }
}
