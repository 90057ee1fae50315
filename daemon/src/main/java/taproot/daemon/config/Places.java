package taproot.daemon.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the daemon's files are: sockets, database, configuration (DESIGN §7). Finding them touches nothing; directories are
 * made, or found to be ours and private, only when asked for.
 *
 * @param configFile null when there is none: the defaults hold
 */
public record Places(
        Path runtimeDirectory,
        Path stateDirectory,
        @Nullable Path configFile) {
    /** What the kernel takes in a socket's address; git cuts a longer path off without a word. */
    private static final int LONGEST_SOCKET_PATH = 107;

    private static final String FILE = "taproot.toml";
    private static final Path SYSTEM_CONFIG = Path.of("/etc/taproot", FILE);

    /**
     * The first that applies of: the option, {@code TAPROOT_…}, systemd's directories, XDG's, the fixed ones. A configuration
     * file that is named by option or {@code TAPROOT_CONFIG} has to exist when it is read; of the others the first existing
     * one counts.
     *
     * @param environment empty variables, and relative ones of systemd and XDG, count as unset
     * @throws PlacesException when a default needs a user id or a home directory that cannot be found
     */
    public static Places of(
            @Nullable Path runtimeOption,
            @Nullable Path stateOption,
            @Nullable Path configOption,
            Map<String, String> environment)
            throws PlacesException {
        return new Places(
                runtime(runtimeOption, environment),
                state(stateOption, environment),
                config(configOption, environment));
    }

    /** Where git sends its events. */
    public Path traceSocket() {
        return runtimeDirectory.resolve("trace2.sock");
    }

    /** Where the daemon is talked to. */
    public Path controlSocket() {
        return runtimeDirectory.resolve("control.sock");
    }

    /** Held by the one daemon that listens in the runtime directory. */
    public Path lockFile() {
        return runtimeDirectory.resolve("taproot.lock");
    }

    /**
     * Makes the runtime directory, 0700, or makes sure that the existing one is ours and private.
     *
     * @throws PlacesException when it is not, or its sockets' paths would be too long
     */
    public void prepareRuntimeDirectory() throws PlacesException {
        for (Path socket : List.of(traceSocket(), controlSocket())) {
            int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
            if (length > LONGEST_SOCKET_PATH) {
                throw new PlacesException("expected a socket path of at most " + LONGEST_SOCKET_PATH + " bytes, got "
                        + length + ": " + socket + "; choose a shorter directory with --runtime-dir");
            }
        }
        PrivateDirectory.prepare(runtimeDirectory, "--runtime-dir");
    }

    /** The same for the state directory. */
    public void prepareStateDirectory() throws PlacesException {
        PrivateDirectory.prepare(stateDirectory, "--state-dir");
    }

    private static Path runtime(@Nullable Path option, Map<String, String> env) throws PlacesException {
        Path given = given(option, env, "TAPROOT_RUNTIME_DIR", "RUNTIME_DIRECTORY");
        if (given != null) {
            return given;
        }
        Path xdg = absolute(env.get("XDG_RUNTIME_DIR"));
        return xdg != null ? xdg.resolve("taproot") : Path.of("/tmp/taproot-" + PrivateDirectory.ourUid());
    }

    private static Path state(@Nullable Path option, Map<String, String> env) throws PlacesException {
        Path given = given(option, env, "TAPROOT_STATE_DIR", "STATE_DIRECTORY");
        if (given != null) {
            return given;
        }
        Path xdg = absolute(env.get("XDG_STATE_HOME"));
        return (xdg != null ? xdg : home(env).resolve(".local/state")).resolve("taproot");
    }

    private static @Nullable Path config(@Nullable Path option, Map<String, String> env) throws PlacesException {
        String named = env.get("TAPROOT_CONFIG");
        if (option != null) {
            return option.toAbsolutePath();
        } else if (named != null && !named.isEmpty()) {
            return Path.of(named).toAbsolutePath();
        }
        Path systemd = first(env.get("CONFIGURATION_DIRECTORY"));
        if (systemd != null && Files.exists(systemd.resolve(FILE))) {
            return systemd.resolve(FILE);
        }
        Path xdg = absolute(env.get("XDG_CONFIG_HOME"));
        Path user = (xdg != null ? xdg : home(env).resolve(".config")).resolve("taproot", FILE);
        if (Files.exists(user)) {
            return user;
        }
        return Files.exists(SYSTEM_CONFIG) ? SYSTEM_CONFIG : null;
    }

    private static @Nullable Path given(
            @Nullable Path option, Map<String, String> env, String variable, String systemd) {
        String value = env.get(variable);
        if (option != null) {
            return option.toAbsolutePath();
        }
        return value != null && !value.isEmpty() ? Path.of(value).toAbsolutePath() : first(env.get(systemd));
    }

    /** systemd separates several directories by colons; the first is the one named first in the unit. */
    private static @Nullable Path first(@Nullable String list) {
        return list == null ? null : absolute(list.split(":", 2)[0]);
    }

    private static @Nullable Path absolute(@Nullable String path) {
        return path == null || !path.startsWith("/") ? null : Path.of(path);
    }

    private static Path home(Map<String, String> env) throws PlacesException {
        Path home = absolute(env.get("HOME"));
        Path ofUser = home != null ? home : absolute(System.getProperty("user.home"));
        if (ofUser == null) {
            throw new PlacesException("expected a home directory in HOME, got none; set HOME, or name the places with"
                    + " --runtime-dir, --state-dir and --config");
        }
        return ofUser;
    }
}
