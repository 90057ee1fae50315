package taproot.daemon.repositories;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The system calls by which a repository is looked at. Paths are bytes, as in the kernel: Java's own files take only
 * those that the locale can spell, and in the C locale of a service that is ASCII. Each call may block for as long as
 * the file system likes; a stat costs about 1 µs.
 */
@SuppressWarnings("restricted") // The launcher grants native access; nothing here takes a pointer from outside.
final class FileCalls {
    private static final int ENOENT = 2;
    private static final int ENOTDIR = 20;
    private static final int ELOOP = 40;
    private static final int O_RDONLY_NONBLOCK_CLOEXEC = 0x800 | 0x80000;
    private static final int AT_FDCWD = -100;
    private static final int STATX_BASIC_AND_BTIME = 0xfff;
    private static final int STATX_SIZE = 256;
    private static final int PATH_MAX = 4096;
    private static final long NANOS = 1_000_000_000L;

    /** struct dirent on 64-bit Linux: inode, offset, length, type, then the name. */
    private static final long DIRENT_TYPE = 18;

    private static final long DIRENT_NAME = 19;
    private static final int DIRENT_MAX = 280;
    private static final int DT_DIR = 4;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final AddressLayout DIRENT =
            ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(DIRENT_MAX, ValueLayout.JAVA_BYTE));

    private static final MethodHandle STATX =
            call("statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle OPEN = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("open"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle PREAD =
            call("pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle REALPATH = call("realpath", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle READLINK =
            call("readlink", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));
    private static final MethodHandle OPENDIR = call("opendir", FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle READDIR = call("readdir", FunctionDescriptor.of(DIRENT, ADDRESS));
    private static final MethodHandle CLOSEDIR = call("closedir", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    /**
     * An entry of a directory.
     *
     * @param directory what the directory says of it; a file system that says nothing makes it false
     */
    record Entry(String name, boolean directory) {}

    private FileCalls() {}

    private static MethodHandle call(String name, FunctionDescriptor shape) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), shape, Linker.Option.captureCallState("errno"));
    }

    /** What is at the path, symbolic links followed; null where nothing is. */
    static @Nullable FileStatus status(RawPath path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment found = arena.allocate(STATX_SIZE, Long.BYTES);
            int result = (int) STATX.invokeExact(state, AT_FDCWD, bytes(arena, path), 0, STATX_BASIC_AND_BTIME, found);
            return result == 0 ? status(found) : missingOr("look at", path, state);
        } catch (Throwable e) {
            throw only(e);
        }
    }

    private static FileStatus status(MemorySegment statx) {
        return new FileStatus(
                Short.toUnsignedInt(statx.get(JAVA_SHORT, 28)),
                (long) statx.get(JAVA_INT, 136) << 32 | Integer.toUnsignedLong(statx.get(JAVA_INT, 140)),
                statx.get(JAVA_LONG, 32),
                statx.get(JAVA_LONG, 40),
                statx.get(JAVA_LONG, 80) * NANOS + statx.get(JAVA_INT, 88),
                statx.get(JAVA_LONG, 112) * NANOS + statx.get(JAVA_INT, 120));
    }

    /** At most {@code max} bytes of the file from an offset on; null where there is no such file. */
    static byte @Nullable [] read(RawPath path, long from, int max) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            int fd = (int) OPEN.invokeExact(state, bytes(arena, path), O_RDONLY_NONBLOCK_CLOEXEC);
            if (fd < 0) {
                return missingOr("open", path, state);
            }
            try {
                MemorySegment buffer = arena.allocate(Math.max(1, max));
                long read = 0;
                while (read < max) {
                    long n = (long) PREAD.invokeExact(state, fd, buffer.asSlice(read), max - read, from + read);
                    if (n < 0) {
                        throw failed("read", path, state);
                    }
                    if (n == 0) {
                        break;
                    }
                    read += n;
                }
                return buffer.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE);
            } finally {
                int ignored = (int) CLOSE.invokeExact(state, fd);
            }
        } catch (Throwable e) {
            throw only(e);
        }
    }

    /** The path without symbolic links; null where nothing is. */
    static @Nullable RawPath realPath(RawPath path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment buffer = arena.allocate(PATH_MAX);
            MemorySegment real = (MemorySegment) REALPATH.invokeExact(state, bytes(arena, path), buffer);
            if (real.equals(MemorySegment.NULL)) {
                return missingOr("follow", path, state);
            }
            return RawPath.ofBytes(buffer.getString(0, StandardCharsets.ISO_8859_1));
        } catch (Throwable e) {
            throw only(e);
        }
    }

    /** What a symbolic link says; null where there is none. */
    static @Nullable RawPath readLink(RawPath path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment buffer = arena.allocate(PATH_MAX);
            long length = (long) READLINK.invokeExact(state, bytes(arena, path), buffer, (long) PATH_MAX);
            if (length < 0) {
                return missingOr("read the link", path, state);
            }
            byte[] target = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            return RawPath.ofBytes(new String(target, StandardCharsets.ISO_8859_1));
        } catch (Throwable e) {
            throw only(e);
        }
    }

    /** What is in a directory, no more than {@code max} entries; empty where there is none. */
    static List<Entry> list(RawPath directory, int max) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            MemorySegment stream = (MemorySegment) OPENDIR.invokeExact(state, bytes(arena, directory));
            if (stream.equals(MemorySegment.NULL)) {
                Object none = missingOr("list", directory, state);
                return none == null ? List.of() : entries;
            }
            try {
                while (entries.size() < max) {
                    MemorySegment entry = (MemorySegment) READDIR.invokeExact(state, stream);
                    if (entry.equals(MemorySegment.NULL)) {
                        break;
                    }
                    String name = entry.getString(DIRENT_NAME, StandardCharsets.ISO_8859_1);
                    if (!name.equals(".") && !name.equals("..")) {
                        entries.add(new Entry(name, entry.get(ValueLayout.JAVA_BYTE, DIRENT_TYPE) == DT_DIR));
                    }
                }
            } finally {
                int ignored = (int) CLOSEDIR.invokeExact(state, stream);
            }
            return entries;
        } catch (Throwable e) {
            throw only(e);
        }
    }

    private static MemorySegment bytes(Arena arena, RawPath path) {
        return arena.allocateFrom(path.bytes(), StandardCharsets.ISO_8859_1);
    }

    /** Null where the call failed because nothing is there. */
    private static <T> @Nullable T missingOr(String doing, RawPath path, MemorySegment state) throws IOException {
        int errno = (int) ERRNO.get(state, 0L);
        if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) {
            return null;
        }
        throw failed(doing, path, state);
    }

    private static IOException failed(String doing, RawPath path, MemorySegment state) {
        return new IOException("cannot " + doing + " " + path.text() + ": errno " + (int) ERRNO.get(state, 0L));
    }

    private static IOException only(Throwable e) {
        return switch (e) {
            case IOException failure -> failure;
            case RuntimeException defect -> throw defect;
            case Error error -> throw error;
            default -> throw new IllegalStateException("a call into the C library could not be made", e);
        };
    }
}
