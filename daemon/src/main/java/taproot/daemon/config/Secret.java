package taproot.daemon.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;

/**
 * Where a secret is to be found, never the secret itself: what prints a configuration prints this. It is looked up
 * whenever it is used, so a new password needs no restart.
 *
 * @param place {@code env:VARIABLE} or {@code file:/absolute/path}; empty where there is none
 */
public record Secret(String place) {
    private static final String ENVIRONMENT = "env:";
    private static final String FILE = "file:";
    private static final int LONGEST = 64 << 10;

    private static final Set<PosixFilePermission> OF_OTHERS =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    static Secret at(String place) throws ConfigType.BadValue {
        boolean known = place.isEmpty()
                || (place.startsWith(ENVIRONMENT) && place.length() > ENVIRONMENT.length())
                || place.startsWith(FILE + "/");
        if (!known) {
            // It may well be the secret itself, which is not to be repeated in a message.
            throw new ConfigType.BadValue("something else; a secret itself does not belong here");
        }
        return new Secret(place);
    }

    public boolean isGiven() {
        return !place.isEmpty();
    }

    /**
     * The secret, without the line end of a file.
     *
     * @param environment where {@code env:} looks
     * @throws IOException when it is not there, or the file is open to others; says what to do
     */
    public String read(Map<String, String> environment) throws IOException {
        if (place.startsWith(ENVIRONMENT)) {
            String variable = place.substring(ENVIRONMENT.length());
            String value = environment.get(variable);
            if (value == null || value.isEmpty()) {
                throw new IOException(
                        "expected a secret in the variable " + variable + ", got none; set it for the daemon");
            }
            return value;
        }
        return readFile(Path.of(place.substring(FILE.length())));
    }

    private static String readFile(Path file) throws IOException {
        if (Files.getPosixFilePermissions(file).stream().anyMatch(OF_OTHERS::contains)) {
            throw new IOException(
                    "expected a secret that only its owner reads, got " + file + " open to others; chmod 600 " + file);
        }
        if (Files.size(file) > LONGEST) {
            throw new IOException(
                    "expected a secret of at most " + LONGEST + " bytes, got " + Files.size(file) + " in " + file);
        }
        return Files.readString(file, StandardCharsets.UTF_8).stripTrailing();
    }
}
