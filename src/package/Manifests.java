import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * Leaves in the manifests of a directory's jars what a class path asks for: whether a jar has classes for several releases.
 * The JVM reads all of them at each start, before {@code main}, and what is there for OSGi is ten times as much as the rest.
 */
final class Manifests {
    private static final String PLACE = "META-INF/MANIFEST.MF";

    private Manifests() {}

    public static void main(String[] arguments) throws IOException {
        for (Path jar : jars(Path.of(arguments[0]))) {
            shorten(jar);
        }
    }

    private static List<Path> jars(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    /** The times stay as they were: two builds of the same tree are the same. */
    private static void shorten(Path jar) throws IOException {
        FileTime changed = Files.getLastModifiedTime(jar);
        try (FileSystem content = FileSystems.newFileSystem(jar)) {
            Path place = content.getPath(PLACE);
            if (Files.exists(place)) {
                FileTime written = Files.getLastModifiedTime(place);
                Files.writeString(place, shortened(place), UTF_8);
                Files.setLastModifiedTime(place, written);
            }
        }
        Files.setLastModifiedTime(jar, changed);
    }

    private static String shortened(Path place) throws IOException {
        try (InputStream bytes = Files.newInputStream(place)) {
            boolean several = Boolean.parseBoolean(
                    new Manifest(bytes).getMainAttributes().getValue(Attributes.Name.MULTI_RELEASE));
            return "Manifest-Version: 1.0\r\n" + (several ? "Multi-Release: true\r\n" : "") + "\r\n";
        }
    }
}
