package taproot.daemon.sink;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The random name of this installation, in a file beside the database: it says who delivered a record, also after the
 * database, which has a name of its own, was replaced.
 */
final class Installation {
    private static final String FILE = "installation";
    private static final Pattern NAME = Pattern.compile("[0-9a-f-]{36}");
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private Installation() {}

    /** Reads the name, and makes one where there is none. */
    static String in(Path stateDirectory) throws IOException {
        Path file = stateDirectory.resolve(FILE);
        if (Files.exists(file)) {
            String name = Files.readString(file, StandardCharsets.UTF_8).strip();
            if (!NAME.matcher(name).matches()) {
                throw new IOException("expected the name of the installation, a UUID, in " + file + ", got \"" + name
                        + "\": remove the file, and a new one is made");
            }
            return name;
        }
        String name = UUID.randomUUID().toString();
        Path made = Files.createTempFile(stateDirectory, FILE, ".new", PRIVATE);
        Files.writeString(made, name + "\n");
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
        return name;
    }
}
