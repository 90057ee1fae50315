package taproot.daemon.sink.postgres;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import taproot.daemon.sink.Delivery;

/**
 * The four answers to "this record is mine": committed, already mine, lost to another installation, and the alarm, the same
 * key with different content. Counted when the transaction that gave them is committed. From any thread.
 */
final class Answers {
    /** As many rivals have a count of their own. */
    private static final int RIVALS = 16;

    private final String installation;
    // Guarded by this.
    private long committed;
    private long alreadyMine;
    private long lost;
    private long conflicting;
    private final Map<String, Long> lostTo = new HashMap<>();

    Answers(String installation) {
        this.installation = installation;
    }

    /** What one transaction was told. For one thread. */
    final class Tally {
        private int newRows;
        private int mine;
        private final Map<String, Integer> rivals = new HashMap<>();
        private final List<Delivery.Refusal> conflicts = new ArrayList<>();

        private Tally() {}

        void committed(int rows) {
            newRows += rows;
        }

        void there(Row row, String whose, String digest) {
            if (!digest.equals(row.digest())) {
                conflicts.add(new Delivery.Refusal(
                        row.seq(),
                        Delivery.Kind.REFUSED,
                        "the table has this key with different content, from installation " + whose
                                + ": do two machines share their session ids, as clones of one container do?"));
            } else if (whose.equals(installation)) {
                mine++;
            } else {
                rivals.merge(whose, 1, Integer::sum);
            }
        }
    }

    Tally tally() {
        return new Tally();
    }

    /** The refusals, with those of records that another one of the same key stands in the way of. */
    synchronized List<Delivery.Refusal> add(Tally tally, List<Delivery.Refusal> refusals) {
        committed += tally.newRows;
        alreadyMine += tally.mine;
        conflicting += tally.conflicts.size();
        tally.rivals.forEach((rival, n) -> {
            lost += n;
            lostTo.merge(lostTo.containsKey(rival) || lostTo.size() < RIVALS ? rival : "others", (long) n, Long::sum);
        });
        List<Delivery.Refusal> all = new ArrayList<>(refusals);
        all.addAll(tally.conflicts);
        return all;
    }

    synchronized Map<String, Long> figures() {
        Map<String, Long> figures = new TreeMap<>();
        figures.put("committed", committed);
        figures.put("already_mine", alreadyMine);
        figures.put("lost", lost);
        figures.put("conflicting", conflicting);
        lostTo.forEach((rival, n) -> figures.put("lost_to_" + rival, n));
        return figures;
    }
}
