package taproot.cli.exec;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/**
 * The open descriptors of this process. The JVM and Netty leave most of theirs to every child; a listening socket that a
 * child keeps open would let git connect to it, and wait for ever, long after we are gone.
 */
final class Descriptors {
    private static final Path OPEN = Path.of("/proc/self/fd");

    private Descriptors() {}

    /** Those that whoever started us gave us. Right as long as nothing was opened but the JVM's own files and jars. */
    static Set<Integer> inherited() throws IOException {
        Set<String> ofTheJvm = new TreeSet<>(
                Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator, -1)));
        Set<Integer> inherited = new TreeSet<>();
        for (int descriptor : open()) {
            String target = target(descriptor);
            boolean jvms = target.startsWith(System.getProperty("java.home"))
                    || target.endsWith(".aot")
                    || target.equals("/dev/random")
                    || target.equals("/dev/urandom")
                    || ofTheJvm.contains(target);
            if (!jvms && !target.isEmpty()) {
                inherited.add(descriptor);
            }
        }
        return inherited;
    }

    /** All that are open now, standard input, output and error among them. */
    static Set<Integer> open() throws IOException {
        Set<Integer> open = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(OPEN)) {
            for (Path entry : entries) {
                open.add(Integer.parseInt(entry.getFileName().toString()));
            }
        }
        return open;
    }

    /** Empty if it is closed by now, as the one is that listed them. */
    private static String target(int descriptor) {
        try {
            return Files.readSymbolicLink(OPEN.resolve(Integer.toString(descriptor)))
                    .toString();
        } catch (IOException e) {
            return ""; // Closed since it was listed.
        }
    }
}
