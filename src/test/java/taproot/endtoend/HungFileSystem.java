package taproot.endtoend;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A mounted file system whose server never answers: whoever looks into it waits until it is closed. Made with FUSE, by root
 * alone.
 */
@SuppressWarnings("restricted")
final class HungFileSystem implements AutoCloseable {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final int O_RDWR = 2;
    private static final int FORCE_AND_DETACH = 1 | 2;

    private final Path directory;
    private final int fuse;

    private HungFileSystem(Path directory, int fuse) {
        this.directory = directory;
        this.fuse = fuse;
    }

    /** Null where one may not mount. */
    static @Nullable HungFileSystem mount(Path directory) throws Throwable {
        Files.createDirectories(directory);
        try (Arena arena = Arena.ofConfined()) {
            int fd = (int) call("open", JAVA_INT, ADDRESS, JAVA_INT).invokeExact(text(arena, "/dev/fuse"), O_RDWR);
            String options = "fd=" + fd + ",rootmode=40000,user_id=0,group_id=0";
            int mounted = fd < 0
                    ? -1
                    : (int) call("mount", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS)
                            .invokeExact(
                                    text(arena, "hung"),
                                    text(arena, directory.toString()),
                                    text(arena, "fuse.hung"),
                                    0L,
                                    text(arena, options));
            return mounted == 0 ? new HungFileSystem(directory, fd) : null;
        }
    }

    @Override
    public void close() throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            int closed = (int) call("close", JAVA_INT, JAVA_INT).invokeExact(fuse);
            int unmounted = (int) call("umount2", JAVA_INT, ADDRESS, JAVA_INT)
                    .invokeExact(text(arena, directory.toString()), FORCE_AND_DETACH);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MemorySegment text(Arena arena, String text) {
        return arena.allocateFrom(text);
    }

    private static MethodHandle call(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }
}
