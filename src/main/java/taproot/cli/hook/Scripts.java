package taproot.cli.hook;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Objects;

/**
 * The shell scripts of the hooks, in the user's data directory: {@code $XDG_DATA_HOME/taproot}, or {@code
 * ~/.local/share/taproot}. What refers to them goes on without them.
 */
final class Scripts {
    static final String EXECUTABLE = "rwxr-xr-x";

    /** Stands in every hook that is ours, and in the configuration. */
    static final String MARK = "taproot_tell";

    private final Path directory;

    private Scripts(Path directory) {
        this.directory = directory;
    }

    static Scripts of(Map<String, String> environment) {
        String data = environment.getOrDefault("XDG_DATA_HOME", "");
        Path base = data.startsWith("/")
                ? Path.of(data)
                : Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")), ".local", "share");
        return new Scripts(base.resolve("taproot"));
    }

    Path report() {
        return directory.resolve("report.sh");
    }

    Path chain() {
        return directory.resolve("chain.sh");
    }

    void write() throws IOException {
        Files.createDirectories(directory);
        put(report(), text("report.sh"));
        put(chain(), text("chain.sh"));
    }

    void delete() throws IOException {
        Files.deleteIfExists(report());
        Files.deleteIfExists(chain());
    }

    /** A hook of a repository's own; it needs no other file. */
    static String hook() {
        return "#!/bin/sh\n# Taproot's, by \"taproot hook install\"; \"taproot hook remove\" takes it away.\n"
                + text("report.sh");
    }

    /**
     * The command in the configuration: short, because git traces it at every start of a hook, and without effect where
     * the script is gone, because a hook that cannot be run would stop git.
     */
    String command() {
        String script = quoted(report());
        return "taproot_report() { case $1 in committed|amend|rebase) [ ! -r " + script + " ] || . " + script
                + ";; esac; }; taproot_report";
    }

    /** The line for a hook of somebody else's. */
    String line() {
        String script = quoted(chain());
        return "[ \"$1\" = taproot: ] && shift || { [ ! -x " + script + " ] || exec " + script + " \"$0\" \"$@\"; }";
    }

    private static String quoted(Path path) {
        return "'" + path.toString().replace("'", "'\\''") + "'";
    }

    /** In one step: a hook may be running. */
    static void put(Path file, String text) throws IOException {
        Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), ".taproot", null);
        try {
            Files.writeString(fresh, text);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(EXECUTABLE));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static String text(String resource) {
        try (InputStream in = Objects.requireNonNull(Scripts.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the program is incomplete: " + resource, e);
        }
    }
}
