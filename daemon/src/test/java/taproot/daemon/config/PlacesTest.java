package taproot.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlacesTest {
    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void home() {
        environment.put("HOME", directory.toString());
    }

    @Test
    void theRuntimeDirectoryIsTheFirstThatApplies() throws Exception {
        assertThat(places().runtimeDirectory()).isEqualTo(Path.of("/tmp/taproot-" + PrivateDirectory.ourUid()));
        environment.put("XDG_RUNTIME_DIR", "/run/user/7");
        assertThat(places().runtimeDirectory()).isEqualTo(Path.of("/run/user/7/taproot"));
        environment.put("RUNTIME_DIRECTORY", "/run/taproot:/run/other");
        assertThat(places().runtimeDirectory()).isEqualTo(Path.of("/run/taproot"));
        environment.put("TAPROOT_RUNTIME_DIR", "/a:b");
        assertThat(places().runtimeDirectory()).isEqualTo(Path.of("/a:b"));
        assertThat(places(Path.of("/o"), null, null).runtimeDirectory()).isEqualTo(Path.of("/o"));
        assertThat(places(Path.of("o"), null, null).runtimeDirectory()).isAbsolute();
    }

    @Test
    void theStateDirectoryIsTheFirstThatApplies() throws Exception {
        assertThat(places().stateDirectory()).isEqualTo(directory.resolve(".local/state/taproot"));
        environment.put("XDG_STATE_HOME", "/state");
        assertThat(places().stateDirectory()).isEqualTo(Path.of("/state/taproot"));
        environment.put("STATE_DIRECTORY", "/var/lib/taproot");
        assertThat(places().stateDirectory()).isEqualTo(Path.of("/var/lib/taproot"));
        environment.put("TAPROOT_STATE_DIR", "/a");
        assertThat(places().stateDirectory()).isEqualTo(Path.of("/a"));
        assertThat(places(null, Path.of("/o"), null).stateDirectory()).isEqualTo(Path.of("/o"));
    }

    @Test
    void aNamedConfigurationCountsWhetherItExistsOrNot() throws Exception {
        Path user = file(".config/taproot/taproot.toml");
        assertThat(places().configFile()).isEqualTo(user);
        Path xdg = file("xdg/taproot/taproot.toml");
        environment.put("XDG_CONFIG_HOME", directory.resolve("xdg").toString());
        assertThat(places().configFile()).isEqualTo(xdg);
        environment.put("CONFIGURATION_DIRECTORY", directory.resolve("etc") + ":/x");
        assertThat(places().configFile()).isEqualTo(xdg);
        Path etc = file("etc/taproot.toml");
        assertThat(places().configFile()).isEqualTo(etc);
        environment.put("TAPROOT_CONFIG", "/nowhere/a.toml");
        assertThat(places().configFile()).isEqualTo(Path.of("/nowhere/a.toml"));
        assertThat(places(null, null, Path.of("/o.toml")).configFile()).isEqualTo(Path.of("/o.toml"));
    }

    @Test
    void emptyAndRelativeVariablesCountAsUnset() throws Exception {
        environment.put("XDG_RUNTIME_DIR", "/run/user/7");
        environment.put("TAPROOT_RUNTIME_DIR", "");
        environment.put("RUNTIME_DIRECTORY", "");
        environment.put("XDG_STATE_HOME", "state");
        assertThat(places().runtimeDirectory()).isEqualTo(Path.of("/run/user/7/taproot"));
        assertThat(places().stateDirectory()).isEqualTo(directory.resolve(".local/state/taproot"));
    }

    @Test
    void directoriesAreMadePrivate() throws Exception {
        Places places = places(directory.resolve("a/b/run"), directory.resolve("c/state"), null);
        places.prepareRuntimeDirectory();
        places.prepareStateDirectory();
        places.prepareRuntimeDirectory();
        assertThat(mode(places.runtimeDirectory())).isEqualTo("rwx------");
        assertThat(mode(places.stateDirectory())).isEqualTo("rwx------");
        assertThat(places.traceSocket()).isEqualTo(directory.resolve("a/b/run/trace2.sock"));
        assertThat(places.controlSocket()).isEqualTo(directory.resolve("a/b/run/control.sock"));
        assertThat(places.lockFile().getParent()).isEqualTo(places.runtimeDirectory());
    }

    @Test
    void aDirectoryThatOthersCanLookIntoIsRefused() throws Exception {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-x---"));
        assertRefused(open, "rwxr-x---", "uid " + PrivateDirectory.ourUid(), "chmod 700 " + open, "--runtime-dir");
    }

    @Test
    void aDirectoryOfSomebodyElseIsRefused() throws Exception {
        Path foreign = Path.of("/usr");
        if (PrivateDirectory.ourUid() == 0) {
            foreign = Files.createDirectory(directory.resolve("foreign"));
            Files.setAttribute(foreign, "unix:uid", 54_321);
            assertRefused(foreign, "uid 54321");
        } else {
            assertRefused(foreign, "root (uid 0");
        }
    }

    @Test
    void aSymbolicLinkIsRefusedWhereverItLeads() throws Exception {
        Path target = Files.createDirectory(directory.resolve("target"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);
        assertRefused(link, "symbolic link to " + target);
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("none"));
        assertRefused(dangling, "symbolic link");
    }

    @Test
    void aFileIsNoDirectory() throws Exception {
        assertRefused(file("file"), "another kind of file");
        assertRefused(file("file2").resolve("x"), "expected to make or find the directory");
    }

    @Test
    void aPathTooLongForASocketIsRefused() throws Exception {
        Path deep = directory.resolve("é".repeat(60));
        assertRefused(deep, "at most 107 bytes", "--runtime-dir");
        assertThat(deep).doesNotExist();
        Path fits = directory.resolve(
                "x".repeat(107 - "/control.sock".length() - directory.toString().length() - 1));
        places(fits, null, null).prepareRuntimeDirectory();
        assertThat(fits).isDirectory();
    }

    private void assertRefused(Path runtime, String... reasons) {
        assertThatThrownBy(() -> places(runtime, null, null).prepareRuntimeDirectory())
                .isInstanceOf(PlacesException.class)
                .hasMessageContainingAll(reasons);
    }

    private Path file(String name) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.createFile(file);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private Places places() throws PlacesException {
        return places(null, null, null);
    }

    private Places places(@Nullable Path runtime, @Nullable Path state, @Nullable Path config) throws PlacesException {
        return Places.of(runtime, state, config, environment);
    }
}
