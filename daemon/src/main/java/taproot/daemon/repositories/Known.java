package taproot.daemon.repositories;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;

/**
 * A repository that was found, and by what it is known again. Immutable; asking whether it is still the same costs two
 * system calls.
 *
 * @param repository as it stands in records
 * @param checkedAt {@link System#nanoTime} when it was last seen to be there
 */
record Known(
        CommandRecord.Repository repository,
        GitPlace place,
        RawPath entry,
        FileStatus entryStatus,
        FileStatus commonStatus,
        long checkedAt) {
    private static final int ID_BYTES = 8;

    /** @param worktree as git said it; null where it said nothing */
    static @Nullable Known of(GitPlace place, @Nullable String worktree) throws IOException {
        RawPath root = place.worktree();
        RawPath entry = root == null ? place.gitDir() : root.child(".git");
        FileStatus entryStatus = FileCalls.status(entry);
        if (entryStatus == null) {
            // Asked for by --git-dir: its work tree has nothing that leads to it.
            entry = place.gitDir();
            entryStatus = FileCalls.status(entry);
        }
        FileStatus commonStatus = FileCalls.status(place.commonDir());
        if (entryStatus == null || commonStatus == null) {
            return null;
        }
        CommandRecord.Repository repository = new CommandRecord.Repository(
                id(place.commonDir(), commonStatus),
                worktree != null || root == null ? worktree : root.text(),
                place.gitDir().text(),
                place.commonDir().text(),
                null);
        return new Known(repository, place, entry, entryStatus, commonStatus, System.nanoTime());
    }

    /**
     * The name of the family: of the common directory's inode and birth time, so that it survives renaming, reboots and
     * restarts, and one that is removed and made anew under the same path is another. Where the file system knows no
     * birth time, of inode and path.
     */
    private static String id(RawPath commonDir, FileStatus status) {
        String identity =
                status.born() == 0 ? status.inode() + ":" + commonDir.bytes() : status.inode() + "@" + status.born();
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.ISO_8859_1));
            return HexFormat.of().formatHex(hash, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** By what all work trees of the repository are told from those of others: the directory they share. */
    String family() {
        return place.commonDir().bytes();
    }

    /** The same, seen again now; null where it is gone or another one is there. */
    @Nullable
    Known seenAgain() throws IOException {
        FileStatus entryNow = FileCalls.status(entry);
        if (entryNow == null || !entryNow.isSameAs(entryStatus)) {
            return null;
        }
        FileStatus commonNow = entry.equals(place.commonDir()) ? entryNow : FileCalls.status(place.commonDir());
        return commonNow == null || !commonNow.isSameAs(commonStatus)
                ? null
                : new Known(repository, place, entry, entryStatus, commonStatus, System.nanoTime());
    }
}
