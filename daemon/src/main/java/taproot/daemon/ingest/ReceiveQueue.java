package taproot.daemon.ingest;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Asks the kernel what sockets hold that has not been read: bytes ({@code FIONREAD}, see unix(7)), or the end (poll(2)).
 * A system call each; nothing in Netty or the JDK tells an empty socket from one that has not been looked at.
 */
final class ReceiveQueue {
    private static final long FIONREAD = 0x541B;

    private static final int POLLIN = 0x1;
    private static final int POLLERR = 0x8;
    private static final int POLLHUP = 0x10;
    private static final int POLLRDHUP = 0x2000;

    /** {@code struct pollfd}: the descriptor, what is asked for, and what is answered. */
    private static final int POLLFD = 8;

    private static final int EVENTS = 4;
    private static final int REVENTS = 6;

    private static final MethodHandle IOCTL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("ioctl"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
                    Linker.Option.firstVariadicArg(2));

    private static final MethodHandle POLL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("poll"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));

    private ReceiveQueue() {}

    /** What a socket has for whoever reads it. */
    enum Unread {
        NOTHING,
        /** Perhaps bytes; there is no end behind them. */
        BYTES,
        /** Perhaps bytes, and behind them the end. */
        END
    }

    /** Does the work of the first call, which loads and links, where it disturbs nobody. */
    static void warmUp() {
        var unused = bytesHeld(-1);
        var neither = unread(new int[] {-1}, 1);
    }

    /** How many bytes wait to be read; 0 for a descriptor that is closed. */
    static int bytesHeld(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment held = arena.allocate(ValueLayout.JAVA_INT);
            int result = (int) IOCTL.invokeExact(fd, FIONREAD, held);
            return result < 0 ? 0 : held.get(ValueLayout.JAVA_INT, 0);
        } catch (Throwable e) {
            throw new IllegalStateException("ioctl(FIONREAD) could not be called", e);
        }
    }

    /** What the first so many of these sockets have: one call for all of them, since most have nothing. -1 has nothing. */
    static Unread[] unread(int[] fds, int count) {
        Unread[] unread = new Unread[count];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment polled = arena.allocate((long) POLLFD * count, Integer.BYTES);
            for (int i = 0; i < count; i++) {
                polled.set(ValueLayout.JAVA_INT, (long) POLLFD * i, fds[i]);
                polled.set(ValueLayout.JAVA_SHORT, (long) POLLFD * i + EVENTS, (short) (POLLIN | POLLRDHUP));
            }
            int result = (int) POLL.invokeExact(polled, (long) count, 0);
            for (int i = 0; i < count; i++) {
                // Where it fails, which a signal can bring about, nobody is passed over.
                unread[i] = result < 0
                        ? Unread.BYTES
                        : answer(polled.get(ValueLayout.JAVA_SHORT, (long) POLLFD * i + REVENTS));
            }
            return unread;
        } catch (Throwable e) {
            throw new IllegalStateException("poll could not be called", e);
        }
    }

    private static Unread answer(int revents) {
        if ((revents & (POLLHUP | POLLRDHUP | POLLERR)) != 0) {
            return Unread.END;
        }
        return (revents & POLLIN) != 0 ? Unread.BYTES : Unread.NOTHING;
    }
}
