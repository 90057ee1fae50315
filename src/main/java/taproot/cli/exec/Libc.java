package taproot.cli.exec;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The calls of the C library that Java has no word for. Each returns what POSIX says; none throws. */
@SuppressWarnings("restricted") // The launcher grants native access; nothing here takes a pointer from outside.
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();

    private static final MethodHandle POSIX_SPAWNP =
            handle("posix_spawnp", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    private static final MethodHandle ATTR_INIT = handle("posix_spawnattr_init", ADDRESS);
    private static final MethodHandle ATTR_SETFLAGS = handle("posix_spawnattr_setflags", ADDRESS, JAVA_SHORT);
    private static final MethodHandle ATTR_SETSIGMASK = handle("posix_spawnattr_setsigmask", ADDRESS, ADDRESS);
    private static final MethodHandle ACTIONS_INIT = handle("posix_spawn_file_actions_init", ADDRESS);
    private static final MethodHandle ACTIONS_ADDCLOSE = handle("posix_spawn_file_actions_addclose", ADDRESS, JAVA_INT);
    private static final MethodHandle WAITPID = handle("waitpid", JAVA_INT, ADDRESS, JAVA_INT);
    private static final MethodHandle KILL = handle("kill", JAVA_INT, JAVA_INT);

    private Libc() {}

    /** Links the calls now, which takes some milliseconds, instead of at the first of them. */
    static void load() {}

    private static MethodHandle handle(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    static int spawn(
            MemorySegment pid,
            MemorySegment file,
            MemorySegment actions,
            MemorySegment attr,
            MemorySegment argv,
            MemorySegment environment) {
        try {
            return (int) POSIX_SPAWNP.invokeExact(pid, file, actions, attr, argv, environment);
        } catch (Throwable e) {
            throw cannotHappen(e);
        }
    }

    static void initAttributes(MemorySegment attr, short flags, MemorySegment signalMask) {
        try {
            int init = (int) ATTR_INIT.invokeExact(attr);
            int set = (int) ATTR_SETFLAGS.invokeExact(attr, flags);
            int mask = (int) ATTR_SETSIGMASK.invokeExact(attr, signalMask);
            if ((init | set | mask) != 0) {
                throw new IllegalStateException("posix_spawnattr refuses flags " + flags);
            }
        } catch (IllegalStateException e) {
            throw e;
        } catch (Throwable e) {
            throw cannotHappen(e);
        }
    }

    static void initActions(MemorySegment actions, Iterable<Integer> descriptorsToClose) {
        try {
            int failed = (int) ACTIONS_INIT.invokeExact(actions);
            for (int descriptor : descriptorsToClose) {
                failed |= (int) ACTIONS_ADDCLOSE.invokeExact(actions, descriptor);
            }
            if (failed != 0) {
                throw new IllegalStateException("posix_spawn_file_actions refuses to close " + descriptorsToClose);
            }
        } catch (IllegalStateException e) {
            throw e;
        } catch (Throwable e) {
            throw cannotHappen(e);
        }
    }

    /** Blocks until the child ends; -1 when a signal interrupted the call, or there is no such child. */
    static int waitpid(int pid, MemorySegment status) {
        try {
            return (int) WAITPID.invokeExact(pid, status, 0);
        } catch (Throwable e) {
            throw cannotHappen(e);
        }
    }

    static int kill(int pid, int signal) {
        try {
            return (int) KILL.invokeExact(pid, signal);
        } catch (Throwable e) {
            throw cannotHappen(e);
        }
    }

    /** A downcall declares Throwable, and throws nothing but what the JVM itself suffers. */
    private static IllegalStateException cannotHappen(Throwable e) {
        return new IllegalStateException("a call of the C library failed in the JVM", e);
    }
}
