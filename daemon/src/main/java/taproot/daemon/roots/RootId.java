package taproot.daemon.roots;

import taproot.normalizer.Sid;

/**
 * The key of a root: the SID path up to and including its first git-shaped component.
 *
 * @param value the path
 */
public record RootId(String value) {
    public static RootId of(Sid sid) {
        return new RootId(sid.root());
    }

    @Override
    public String toString() {
        return value;
    }
}
