package taproot.cli.exec;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.text.ShellText;

/**
 * A child process that gets exactly what this one was given: descriptors, signal mask, arguments and environment to the last
 * byte. {@link ProcessBuilder} closes every descriptor above 2 (the jobserver of make, a shell's {@code <(…)}), leaves SIGQUIT
 * blocked, and puts arguments through the locale's character set, which in the C locale has no umlauts.
 */
final class PosixProcess {
    private static final short POSIX_SPAWN_SETSIGMASK = 0x08;
    /** Roomier than any C library's posix_spawnattr_t (336 bytes in glibc) and sigset_t (128 bytes). */
    private static final int OPAQUE_BYTES = 1024;

    private static final int ENOENT = 2;
    private static final int ENOEXEC = 8;
    private static final int SHELL_SIGNAL_BASE = 128;

    private final int pid;
    private final Instant startedAt;
    private final long startedNanos;
    /** Guarded by this: once the child has been waited for, its number may be somebody else's. */
    private boolean ended;

    private PosixProcess(int pid, Instant startedAt, long startedNanos) {
        this.pid = pid;
        this.startedAt = startedAt;
        this.startedNanos = startedNanos;
    }

    /** The command could not be started; {@link #status} is what {@code env} would exit with. */
    static final class NotStartedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;

        NotStartedException(int status, String message) {
            super(message);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /**
     * Starts a command, looked for in PATH.
     *
     * @param argv without terminating zeros, at least one
     * @param descriptors which it gets; all others are closed
     */
    static PosixProcess start(List<byte[]> argv, List<byte[]> environment, Set<Integer> descriptors)
            throws NotStartedException, IOException {
        int error;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
            Libc.load();
            Instant startedAt = Instant.now();
            long startedNanos = System.nanoTime();
            error = spawn(arena, pid, argv, environment, descriptors);
            if (error == ENOEXEC) { // A script without #!: execvp, and so env, hands it to the shell.
                List<byte[]> script = new ArrayList<>(argv);
                script.addFirst("/bin/sh".getBytes(StandardCharsets.US_ASCII));
                error = spawn(arena, pid, script, environment, descriptors);
            }
            if (error == 0) {
                return new PosixProcess(pid.get(ValueLayout.JAVA_INT, 0), startedAt, startedNanos);
            }
        }
        String name = ShellText.of(new String(argv.getFirst(), StandardCharsets.UTF_8));
        throw error == ENOENT
                ? new NotStartedException(ExitStatus.NOT_FOUND, name + ": no such command")
                : new NotStartedException(
                        ExitStatus.CANNOT_EXECUTE, name + ": cannot be executed (" + text(error) + ")");
    }

    private static int spawn(
            Arena arena, MemorySegment pid, List<byte[]> argv, List<byte[]> environment, Set<Integer> descriptors)
            throws IOException {
        Set<Integer> toClose = Descriptors.open();
        toClose.removeAll(descriptors);
        MemorySegment actions = arena.allocate(OPAQUE_BYTES, 16);
        Libc.initActions(actions, toClose);
        MemorySegment attributes = arena.allocate(OPAQUE_BYTES, 16);
        MemorySegment nothingBlocked = arena.allocate(OPAQUE_BYTES, 16);
        Libc.initAttributes(attributes, POSIX_SPAWN_SETSIGMASK, nothingBlocked);
        return Libc.spawn(
                pid,
                string(arena, argv.getFirst()),
                actions,
                attributes,
                strings(arena, argv),
                strings(arena, environment));
    }

    private static MemorySegment strings(Arena arena, List<byte[]> strings) {
        MemorySegment array = arena.allocate(ValueLayout.ADDRESS, strings.size() + 1L);
        for (int i = 0; i < strings.size(); i++) {
            array.setAtIndex(ValueLayout.ADDRESS, i, string(arena, strings.get(i)));
        }
        return array;
    }

    private static MemorySegment string(Arena arena, byte[] bytes) {
        MemorySegment string = arena.allocate(bytes.length + 1L); // Zeroed, so terminated.
        MemorySegment.copy(bytes, 0, string, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return string;
    }

    private static String text(int error) {
        return switch (error) {
            case 7 -> "its arguments are too long";
            case 13 -> "permission denied";
            case 20 -> "a part of its path is not a directory";
            case 26 -> "it is being written";
            default -> "error " + error;
        };
    }

    int pid() {
        return pid;
    }

    /** The moment before it was started. */
    Instant startedAt() {
        return startedAt;
    }

    /** The same by {@link System#nanoTime}. */
    long startedNanos() {
        return startedNanos;
    }

    /** Waits for its end and returns its exit status, 128+n when signal n ended it. */
    int waitFor() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
            while (Libc.waitpid(pid, status) != pid) {
                // Interrupted by a signal: a child of ours that nobody else waits for cannot be missing.
                Thread.onSpinWait();
            }
            synchronized (this) {
                ended = true;
            }
            int word = status.get(ValueLayout.JAVA_INT, 0);
            int signal = word & 0x7f;
            return signal == 0 ? (word >> 8) & 0xff : SHELL_SIGNAL_BASE + signal;
        }
    }

    /** Sends a signal; nothing happens if it has ended. */
    synchronized void signal(int number) {
        if (!ended) {
            Libc.kill(pid, number);
        }
    }

    /** The last {@code count} arguments this process was started with, as they came. */
    static List<byte[]> ownArguments(int count) throws IOException {
        List<byte[]> all = zeroTerminated(Path.of("/proc/self/cmdline"));
        return all.subList(all.size() - count, all.size());
    }

    /** The environment this process was started with, as it came. */
    static List<byte[]> ownEnvironment() throws IOException {
        return zeroTerminated(Path.of("/proc/self/environ"));
    }

    private static List<byte[]> zeroTerminated(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        List<byte[]> strings = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                strings.add(java.util.Arrays.copyOfRange(bytes, from, i));
                from = i + 1;
            }
        }
        return strings;
    }
}
