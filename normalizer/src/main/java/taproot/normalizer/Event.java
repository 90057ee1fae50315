package taproot.normalizer;

/** One trace2 event that the record needs, decoded; each kind is a file of its own, registered in {@link EventKind}. */
interface Event {
    /** Notes what the event says in the life of the process that sent it. */
    void applyTo(Life life);
}
