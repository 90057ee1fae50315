package taproot.daemon.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
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

/**
 * What the JDK cannot do with sockets: Unix datagrams, and questions to a descriptor that somebody else has opened. One
 * system call each; loading the class links them, which takes some milliseconds. Numbers are Linux's on x86-64 and arm64.
 */
final class Sockets {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_ACCEPTCONN = 30;
    private static final int F_SETFD = 2;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int FD_CLOEXEC = 1;
    private static final int O_NONBLOCK = 0x800;

    /** {@code struct sockaddr_un}: the family, then the path. */
    private static final int ADDRESS_SIZE = 110;

    private static final int PATH_AT = 2;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_OF = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private static final MethodHandle SOCKET = handle("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SENDTO =
            handle("sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle CLOSE = handle("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle GETSOCKNAME = handle("getsockname", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle GETSOCKOPT =
            handle("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle FCNTL = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("fcntl"),
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
            Linker.Option.firstVariadicArg(2),
            ERRNO);

    private Sockets() {}

    private static MethodHandle handle(String name, ValueLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments), ERRNO);
    }

    /**
     * Sends one datagram; waits while its receiver has no room for it.
     *
     * @param address a path, or behind {@code @} a name in the abstract name space
     */
    static void send(String address, byte[] datagram) throws IOException {
        byte[] path = address.getBytes(StandardCharsets.UTF_8);
        if (path.length > ADDRESS_SIZE - PATH_AT - 1) {
            throw new IOException("expected an address of at most " + (ADDRESS_SIZE - PATH_AT - 1) + " bytes, got "
                    + path.length + ": " + address);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(STATE);
            MemorySegment to = arena.allocate(ADDRESS_SIZE);
            to.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
            MemorySegment.copy(path, 0, to, ValueLayout.JAVA_BYTE, PATH_AT, path.length);
            if (path[0] == '@') {
                to.set(ValueLayout.JAVA_BYTE, PATH_AT, (byte) 0);
            }
            MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, datagram);
            int fd = checked((int) SOCKET.invokeExact(errno, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket", errno);
            try {
                long sent = (long) SENDTO.invokeExact(
                        errno, fd, bytes, (long) datagram.length, MSG_NOSIGNAL, to, PATH_AT + path.length);
                var unused = checked((int) sent, "sendto " + address, errno);
            } finally {
                int ignored = (int) CLOSE.invokeExact(errno, fd);
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw cannotHappen(e);
        }
    }

    /**
     * The path of a listening Unix stream socket that somebody else has opened.
     *
     * @throws IOException when it is anything else; says what
     */
    static String listeningPath(int fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(STATE);
            MemorySegment address = arena.allocate(ADDRESS_SIZE);
            MemorySegment length = arena.allocateFrom(JAVA_INT, ADDRESS_SIZE);
            var named = checked((int) GETSOCKNAME.invokeExact(errno, fd, address, length), "getsockname", errno);
            int pathLength = Math.min(length.get(JAVA_INT, 0), ADDRESS_SIZE) - PATH_AT;
            if (address.get(ValueLayout.JAVA_SHORT, 0) != AF_UNIX
                    || option(arena, errno, fd, SO_TYPE) != SOCK_STREAM
                    || option(arena, errno, fd, SO_ACCEPTCONN) == 0) {
                throw new IOException("expected a listening Unix stream socket (ListenStream= with a path)");
            }
            if (pathLength <= 0 || address.get(ValueLayout.JAVA_BYTE, PATH_AT) == 0) {
                throw new IOException("expected a socket with a path, got one that is unnamed or abstract");
            }
            byte[] path = address.asSlice(PATH_AT, pathLength).toArray(ValueLayout.JAVA_BYTE);
            String text = new String(path, StandardCharsets.UTF_8);
            int end = text.indexOf('\0');
            return end < 0 ? text : text.substring(0, end);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw cannotHappen(e);
        }
    }

    private static int option(Arena arena, MemorySegment errno, int fd, int option) throws Throwable {
        MemorySegment value = arena.allocate(JAVA_INT);
        MemorySegment size = arena.allocateFrom(JAVA_INT, Integer.BYTES);
        var asked =
                checked((int) GETSOCKOPT.invokeExact(errno, fd, SOL_SOCKET, option, value, size), "getsockopt", errno);
        return value.get(JAVA_INT, 0);
    }

    /** What epoll needs of a descriptor, and not for our children: systemd hands it over blocking and inheritable. */
    static void makeOurs(int fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(STATE);
            int flags = checked((int) FCNTL.invokeExact(errno, fd, F_GETFL, 0), "fcntl(F_GETFL)", errno);
            var nonBlocking =
                    checked((int) FCNTL.invokeExact(errno, fd, F_SETFL, flags | O_NONBLOCK), "fcntl(F_SETFL)", errno);
            var closeOnExec = checked((int) FCNTL.invokeExact(errno, fd, F_SETFD, FD_CLOEXEC), "fcntl(F_SETFD)", errno);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw cannotHappen(e);
        }
    }

    private static int checked(int result, String call, MemorySegment errno) throws IOException {
        if (result < 0) {
            throw new IOException(call + " failed with errno " + (int) ERRNO_OF.get(errno, 0L) + " (errno(3))");
        }
        return result;
    }

    /** A downcall declares Throwable, and throws nothing but what the JVM itself suffers. */
    private static IllegalStateException cannotHappen(Throwable e) {
        return new IllegalStateException("a call of the C library failed in the JVM", e);
    }
}
