package taproot.normalizer;

import org.jspecify.annotations.Nullable;

/** What became of a line's bytes: a line for its root, or one that is ignored or dropped, with the reason. */
public sealed interface ReadLine permits Line, ReadLine.Ignored, ReadLine.Dropped {

    /** Legal, and of no use here. */
    enum Ignored implements ReadLine {
        /** An event that this version does not know. */
        UNKNOWN_EVENT
    }

    /** Not readable; the reason is counted, and marks the record of the process, where that much could be read. */
    record Dropped(DropReason reason, @Nullable Sid sid) implements ReadLine {}
}
