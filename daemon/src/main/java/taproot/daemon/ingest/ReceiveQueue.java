package taproot.daemon.ingest;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Asks the kernel how many bytes a socket holds that have not been read ({@code FIONREAD}, see unix(7)). A system call;
 * nothing in Netty or the JDK tells an empty socket from one that has not been looked at.
 */
final class ReceiveQueue {
    private static final long FIONREAD = 0x541B;

    private static final MethodHandle IOCTL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("ioctl"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS),
                    Linker.Option.firstVariadicArg(2));

    private ReceiveQueue() {}

    /** Does the work of the first call, which loads and links, where it disturbs nobody. */
    static void warmUp() {
        var unused = bytesHeld(-1);
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
}
