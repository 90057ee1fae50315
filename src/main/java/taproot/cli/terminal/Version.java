package taproot.cli.terminal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The version that the build wrote into the program. */
public record Version(String text) {
    public static Version current() {
        try (var in = Version.class.getResourceAsStream("version")) {
            return new Version(in == null ? "unknown" : new String(in.readAllBytes(), StandardCharsets.UTF_8).strip());
        } catch (IOException e) {
            return new Version(
                    "unknown"); // A class path without its own files has worse troubles, which show elsewhere.
        }
    }
}
