package taproot.cli.daemon;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which the JVM compiles what it runs often: they step back behind everybody else who wants to compute. A
 * young daemon compiles for seconds, and on a machine of two cores that is time which git would have had.
 *
 * <p>Costs a look at each thread, once. Those that the JVM starts later are started by these, and inherit it.
 */
final class CompilerThreads {
    private static final Logger LOG = LoggerFactory.getLogger(CompilerThreads.class);

    private static final Path THREADS = Path.of("/proc/self/task");
    private static final int PRIO_PROCESS = 0;
    private static final int NICEST = 19;

    private static final MethodHandle SETPRIORITY = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("setpriority"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private CompilerThreads() {}

    /** Has them step back; where that cannot be done, everything works as it did. */
    static void stepBack() {
        try (Stream<Path> threads = Files.list(THREADS)) {
            for (Path compiler : threads.filter(CompilerThreads::isCompiler).toList()) {
                int thread = Integer.parseInt(compiler.getFileName().toString());
                if (setPriority(thread, NICEST) != 0) {
                    LOG.debug("the compiler thread {} does not step back", thread);
                }
            }
        } catch (IOException e) {
            LOG.debug("the compiler threads do not step back: {}", e.toString());
        }
    }

    private static int setPriority(int thread, int nice) {
        try {
            return (int) SETPRIORITY.invokeExact(PRIO_PROCESS, thread, nice);
        } catch (Throwable e) {
            throw new IllegalStateException("setpriority could not be called", e);
        }
    }

    private static boolean isCompiler(Path thread) {
        try {
            String name = Files.readString(thread.resolve("comm"));
            return name.startsWith("C1 Compiler") || name.startsWith("C2 Compiler");
        } catch (IOException e) {
            return false; // It has ended meanwhile.
        }
    }
}
