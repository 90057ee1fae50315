package taproot.daemon.repositories;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where a repository's parts are, by the rules of gitrepository-layout(5); found by reading, git is never asked. Finding
 * costs some ten system calls.
 *
 * @param worktree null for a bare repository, or when only the git directory is known
 * @param gitDir of this work tree alone, real
 * @param commonDir what all linked work trees share, real; the git directory itself in most repositories
 */
record GitPlace(@Nullable RawPath worktree, RawPath gitDir, RawPath commonDir) {
    /** {@code gitdir:} files and the like are one line. */
    private static final int POINTER_MAX = 8192;

    private static final String GITDIR = "gitdir:";
    private static final int LEVELS_MAX = 256;

    /** The repository that has this work tree; null where it is none, or its git directory is gone. */
    static @Nullable GitPlace ofWorktree(RawPath worktree) throws IOException {
        RawPath dotGit = worktree.child(".git");
        FileStatus status = FileCalls.status(dotGit);
        if (status == null) {
            return null;
        }
        RawPath gitDir = dotGit;
        if (!status.isDirectory()) {
            String pointer = line(dotGit);
            if (pointer == null || !pointer.startsWith(GITDIR)) {
                return null;
            }
            gitDir = worktree.resolve(
                    RawPath.ofBytes(pointer.substring(GITDIR.length()).stripLeading()));
        }
        return ofGitDir(worktree, gitDir);
    }

    /** The repository with this git directory; null where it is none. */
    static @Nullable GitPlace ofGitDir(@Nullable RawPath worktree, RawPath directory) throws IOException {
        RawPath gitDir = FileCalls.realPath(directory);
        if (gitDir == null) {
            return null;
        }
        String pointer = line(gitDir.child("commondir"));
        RawPath commonDir = pointer == null ? gitDir : FileCalls.realPath(gitDir.resolve(RawPath.ofBytes(pointer)));
        return commonDir != null && isGitDir(gitDir, commonDir) ? new GitPlace(worktree, gitDir, commonDir) : null;
    }

    /** The repository that git would find from this directory: in it, or above it on the same file system. */
    static @Nullable GitPlace around(RawPath start) throws IOException {
        RawPath directory = FileCalls.realPath(start);
        FileStatus status = directory == null ? null : FileCalls.status(directory);
        if (directory == null || status == null) {
            return null;
        }
        long device = status.device();
        for (int level = 0; level < LEVELS_MAX; level++) {
            GitPlace found = at(directory);
            if (found != null || directory.isRoot()) {
                return found;
            }
            directory = directory.parent();
            status = FileCalls.status(directory);
            if (status == null || status.device() != device) {
                return null;
            }
        }
        return null;
    }

    /** The repository whose work tree, or whose git directory, this is. */
    static @Nullable GitPlace at(RawPath directory) throws IOException {
        GitPlace place = ofWorktree(directory);
        return place == null ? ofGitDir(null, directory) : place;
    }

    /** The work tree, also where the path led into its git directory; of a bare repository the git directory. */
    RawPath filedUnder() throws IOException {
        if (worktree != null) {
            return worktree;
        }
        String back = line(gitDir.child("gitdir"));
        if (back != null) {
            return RawPath.ofBytes(back).parent();
        }
        boolean hasWorktree = gitDir.name().equals(".git") && ofWorktree(gitDir.parent()) != null;
        return hasWorktree ? gitDir.parent() : gitDir;
    }

    /** What git itself asks of a git directory. */
    private static boolean isGitDir(RawPath gitDir, RawPath commonDir) throws IOException {
        FileStatus objects = FileCalls.status(commonDir.child("objects"));
        FileStatus refs = FileCalls.status(commonDir.child("refs"));
        // HEAD may be a dangling symbolic link, as it was in the old days: then it is read, not looked at.
        return objects != null
                && objects.isDirectory()
                && refs != null
                && (FileCalls.status(gitDir.child("HEAD")) != null || FileCalls.readLink(gitDir.child("HEAD")) != null);
    }

    /** The first line of a small file, its bytes as chars; null where there is none. */
    static @Nullable String line(RawPath file) throws IOException {
        byte[] bytes = FileCalls.read(file, 0, POINTER_MAX);
        if (bytes == null || bytes.length == 0) {
            return null;
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int newline = text.indexOf('\n');
        String line = newline < 0 ? text : text.substring(0, newline);
        return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }
}
