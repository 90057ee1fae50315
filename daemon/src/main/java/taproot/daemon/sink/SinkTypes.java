package taproot.daemon.sink;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The types of sinks there are: those on the class path, and one for each directory {@code sinks/TYPE} beside that of the
 * daemon's jar. The jars of a directory are loaded when the configuration has a sink of that type, not before, by a class
 * loader of its own below the daemon's: what one sink brings along is unknown to all others.
 */
final class SinkTypes {
    private static final ClassLoader DAEMON = SinkTypes.class.getClassLoader();

    /** One for each type, however often a configuration is read. */
    private static final Map<Path, ClassLoader> LOADERS = new ConcurrentHashMap<>();

    private SinkTypes() {}

    /** Those of this installation; it is looked at when somebody asks for one. */
    static SinkTypes installed() {
        return new SinkTypes();
    }

    /**
     * Where the types lie that are not on the class path; null where there are none. By the resource, which is looked for
     * on the class path of this run: the code source of a class out of a start-up cache is where the cache was made.
     */
    private static @Nullable Path directory() throws IOException {
        URL self = SinkTypes.class.getResource(SinkTypes.class.getSimpleName() + ".class");
        if (self == null || !(self.openConnection() instanceof JarURLConnection inJar)) {
            return null;
        }
        try {
            Path sinks = Path.of(inJar.getJarFileURL().toURI())
                    .resolveSibling("../sinks")
                    .normalize();
            return Files.isDirectory(sinks) ? sinks : null;
        } catch (URISyntaxException e) {
            throw new IllegalStateException("cannot happen: the JVM's own URL of a class path", e);
        }
    }

    /** The factory of a type; null when there is none of that name. */
    @Nullable
    SinkFactory find(String type) throws IOException {
        SinkFactory onClassPath = of(type, ServiceLoader.load(SinkFactory.class, DAEMON));
        Path directory = onClassPath == null ? directory() : null;
        if (directory == null || !names().contains(type)) {
            return onClassPath;
        }
        return of(type, ServiceLoader.load(SinkFactory.class, loader(directory.resolve(type))));
    }

    /** The names of all types. */
    List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        for (SinkFactory factory : ServiceLoader.load(SinkFactory.class, DAEMON)) {
            names.add(factory.type());
        }
        Path directory = directory();
        if (directory != null) {
            try (DirectoryStream<Path> types = Files.newDirectoryStream(directory, Files::isDirectory)) {
                for (Path type : types) {
                    if (!jars(type).isEmpty()) {
                        names.add(String.valueOf(type.getFileName()));
                    }
                }
            }
        }
        return names.stream().distinct().sorted().toList();
    }

    private static @Nullable SinkFactory of(String type, ServiceLoader<SinkFactory> factories) {
        for (SinkFactory factory : factories) {
            if (factory.type().equals(type)) {
                return factory;
            }
        }
        return null;
    }

    /** Never closed: classes of a sink that was once configured may be needed as long as the daemon lives. */
    private static ClassLoader loader(Path directory) throws IOException {
        ClassLoader known = LOADERS.get(directory);
        if (known != null) {
            return known;
        }
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars(directory)) {
            urls.add(jar.toUri().toURL());
        }
        return LOADERS.computeIfAbsent(
                directory,
                _ -> new URLClassLoader("sink-" + directory.getFileName(), urls.toArray(URL[]::new), DAEMON));
    }

    private static List<Path> jars(Path directory) throws IOException {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.jar")) {
            files.forEach(jars::add);
        }
        return jars;
    }
}
