package taproot.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import taproot.cli.text.ShellText;

/**
 * What keeps the files of the log from being written, where it is neither somebody's lock nor a lack of space.
 *
 * @param mend the command that changes it
 */
record Protection(String text, String mend) {
    /** Null where nothing does. */
    static @Nullable Protection of(Path stateDirectory) {
        String directory = ShellText.of(stateDirectory.toString());
        try {
            if (Files.getFileStore(stateDirectory).isReadOnly()) {
                return new Protection(
                        stateDirectory + " is on a file system that is mounted read-only",
                        "mount -o remount,rw \"$(findmnt -no TARGET -T " + directory + ")\"");
            }
        } catch (IOException e) {
            return null; // It is not there, or cannot be looked at; who opened it has said so.
        }
        Path database = stateDirectory.resolve("log.db");
        boolean writable = Files.isWritable(stateDirectory) && (!Files.exists(database) || Files.isWritable(database));
        return writable
                ? null
                : new Protection(
                        "the files in " + stateDirectory + " may not be written by us", "chmod -R u+rwX " + directory);
    }
}
