package taproot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.Files.createDirectories;
import static java.nio.file.Files.writeString;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher, run by a real sh in a small tree of its own: its JDKs' {@code java} prints what it was given, its {@code
 * mvn} makes an empty jar. The paths have spaces, and the machine's own JDKs are out of sight.
 */
class LauncherTest {

    private static final String JAVA = """
            #!/bin/sh
            case "$*" in *AOTMode*) exit 0 ;; esac
            echo "$0"
            pwd
            echo "pid $$"
            printf '<%s>\\n' "$@"
            exit "${FAKE_STATUS:-0}"
            """;

    private static final String MVN = """
            #!/bin/sh
            echo built >>"$FAKE_BUILDS"
            echo 'what Maven says'
            [ -z "$FAKE_SLOWNESS" ] || { echo $$ >"$FAKE_SLOWNESS"; exec sleep 60; }
            [ -z "$FAKE_FAILURE" ] || { echo "[ERROR] $FAKE_FAILURE"; exit 1; }
            for argument; do
                case $argument in -DoutputDirectory=*) : >"${argument#*=}/dependency-1.jar" ;; esac
            done
            : >"$FAKE_ROOT/src/target/taproot-1.jar"
            mkdir -p "$FAKE_ROOT/daemon/sinks/some/target"
            : >"$FAKE_ROOT/daemon/sinks/some/target/taproot-sink-some-1.jar"
            """;

    @TempDir
    Path temporary;

    private Path root = Path.of("");
    private Path jdk25 = Path.of("");
    private final Map<String, String> environment = new TreeMap<>();

    @BeforeEach
    void aTreeThatIsBuilt() throws Exception {
        temporary = temporary.toRealPath();
        root = createDirectories(temporary.resolve("a tree"));
        Path places = createDirectories(temporary.resolve("places"));
        jdk25 = jdk(places.resolve("lib/jvm/a jdk-25"), "25.0.3");
        jdk(places.resolve("lib/jvm/jdk-17"), "17.0.15");
        Path bin = createDirectories(temporary.resolve("bin"));
        script(bin.resolve("mvn"), MVN);
        String launcher = Files.readString(Path.of("..", "taproot"))
                .replace("/usr/lib/jvm/", quoted(places.resolve("lib/jvm")) + "/")
                .replace("/usr/java/", quoted(places.resolve("java")) + "/")
                .replace("/usr/local/", quoted(places.resolve("local")) + "/")
                .replace("/opt/", quoted(places.resolve("opt")) + "/");
        script(root.resolve("taproot"), launcher);
        writeString(root.resolve("pom.xml"), "<project/>");
        createDirectories(root.resolve("src/main"));
        writeString(createDirectories(root.resolve("daemon/sinks/some")).resolve("pom.xml"), "<project/>");

        environment.put("PATH", bin + ":/usr/bin:/bin");
        environment.put("HOME", temporary.resolve("home").toString());
        environment.put("FAKE_BUILDS", temporary.resolve("builds").toString());
        environment.put("FAKE_ROOT", root.toString());
        assertThat(launch("first").status()).isZero();
    }

    @Test
    void itIsQuietAndBuildsNothingWhenNothingIsOutdated() throws Exception {
        Run run = launch("log");
        assertThat(run.stderr()).isEmpty();
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void itPassesArgumentsAsTheyAre() throws Exception {
        Run run = launch("exec", "--", "a b", "", "*", "$HOME", "ä\nb");
        assertThat(run.stdout()).endsWith("<taproot.cli.Main>\n<exec>\n<-->\n<a b>\n<>\n<*>\n<$HOME>\n<ä\nb>\n");
    }

    @Test
    void itBecomesTheProgramSoThatPidAndStatusAreItsOwn() throws Exception {
        environment.put("FAKE_STATUS", "42");
        Run run = launch("log");
        assertThat(run.status()).isEqualTo(42);
        assertThat(run.stdout()).contains("pid " + run.pid() + "\n");
    }

    @Test
    void itLeavesTheWorkingDirectoryAlone() throws Exception {
        Path elsewhere = createDirectories(temporary.resolve("else where"));
        Run run = launchIn(elsewhere, root.resolve("taproot"), "log");
        assertThat(run.stdout()).contains("\n" + elsewhere + "\n");
    }

    @Test
    void itWorksThroughSymlinksToSymlinks() throws Exception {
        Path bin = createDirectories(temporary.resolve("my bin"));
        Files.createSymbolicLink(temporary.resolve("absolute"), root.resolve("taproot"));
        Path link = Files.createSymbolicLink(bin.resolve("tr"), Path.of("../absolute"));
        Run run = launchIn(bin, link, "log");
        assertThat(run.status()).isZero();
        assertThat(run.stdout()).contains("/a tree/src/target/app/");
    }

    @Test
    void aJavaHomeThatIsNotJdk25IsPassedOver() throws Exception {
        environment.put("JAVA_HOME", temporary.resolve("places/lib/jvm/jdk-17").toString());
        assertThat(launch("log").stdout()).startsWith(jdk25 + "/bin/java\n");
    }

    @Test
    void javaHomeGoesBeforeTheUsualPlacesAndTaprootJavaHomeBeforeBoth() throws Exception {
        Path mine = jdk(temporary.resolve("mine"), "25");
        environment.put("JAVA_HOME", mine.toString());
        assertThat(launch("log").stdout()).startsWith(mine + "/bin/java\n");
        Path chosen = jdk(temporary.resolve("chosen"), "25.0.9");
        environment.put("TAPROOT_JAVA_HOME", chosen.toString());
        assertThat(launch("log").stdout()).startsWith(chosen + "/bin/java\n");
    }

    @Test
    void aTaprootJavaHomeThatIsNotJdk25IsRefusedByName() throws Exception {
        String wrong = temporary.resolve("places/lib/jvm/jdk-17").toString();
        environment.put("TAPROOT_JAVA_HOME", wrong);
        Run run = launch("log");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.stderr()).contains("TAPROOT_JAVA_HOME=" + wrong, "17.0.15");
    }

    @Test
    void withoutAnyJdk25ItSaysWhatItLookedForAndWhere() throws Exception {
        Files.delete(jdk25.resolve("release"));
        Run run = launch("log");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.stderr()).contains("needs a JDK 25", "release file", "JAVA_HOME", ".sdkman", "To do:");
        assertThat(launch("exec", "--", "true").status()).isEqualTo(125);
    }

    @Test
    void aChangedSourceIsBuiltOnceHoweverManyStart() throws Exception {
        writeString(root.resolve("src/main/Changed.java"), "class Changed {}");
        startFourAtOnce();
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void withoutFlockADirectoryIsTheLock() throws Exception {
        onlyTools(
                "find", "mkdir", "rm", "cat", "sleep", "date", "tail", "cp", "ls", "grep", "tr", "touch", "mktemp",
                "timeout", "sed", "mv");
        writeString(root.resolve("src/main/Changed.java"), "class Changed {}");
        startFourAtOnce();
        assertThat(builds()).isEqualTo(2);
        assertThat(root.resolve("src/target/app/lock.d")).doesNotExist();
    }

    @Test
    void withoutFlockALockLeftBehindIsNamed() throws Exception {
        onlyTools("find", "mkdir", "rm", "cat");
        Process holder = new ProcessBuilder("true").start();
        assertThat(holder.waitFor()).isZero();
        createDirectories(root.resolve("src/target/app/lock.d"));
        writeString(root.resolve("src/target/app/lock.d/pid"), holder.pid() + "\n");
        writeString(root.resolve("pom.xml"), "<project></project>");
        assertThat(launch("log").stderr()).contains("lock.d was left behind by process " + holder.pid());
    }

    @Test
    void aRemovedSourceMakesItOutdated() throws Exception {
        Path removed = writeString(root.resolve("src/main/Removed.java"), "class Removed {}");
        Files.setLastModifiedTime(removed, FileTime.from(Instant.EPOCH));
        launch("log");
        Files.delete(removed);
        launch("log");
        assertThat(builds()).isEqualTo(3);
    }

    @Test
    void buildOutputIsNeverOnStdout() throws Exception {
        writeString(root.resolve("pom.xml"), "<project></project>");
        Run run = launch("log");
        assertThat(run.stderr()).contains("building").doesNotContain("what Maven says");
        assertThat(run.stdout()).startsWith(jdk25 + "/bin/java\n");
    }

    @Test
    void aFailedBuildShowsTheEndOfMavensOutputAndWhereTheRestIs() throws Exception {
        writeString(root.resolve("pom.xml"), "<project></project>");
        environment.put("FAKE_FAILURE", "cannot find symbol");
        Run run = launch("log");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.stderr()).contains("[ERROR] cannot find symbol", "src/target/app/build.log");
        assertThat(run.stdout()).isEmpty();
    }

    @Test
    void aSignalDuringTheBuildEndsMavenToo() throws Exception {
        Path pid = temporary.resolve("pid of maven");
        environment.put("FAKE_SLOWNESS", pid.toString());
        writeString(root.resolve("pom.xml"), "<project></project>");
        Process launcher = start(root, root.resolve("taproot"), "log");
        Awaitility.await().until(() -> Files.exists(pid) && Files.size(pid) > 0);
        launcher.toHandle().destroy();
        assertThat(finish(launcher).status()).isEqualTo(143);
        long maven = Long.parseLong(Files.readString(pid).strip());
        Awaitility.await().until(() -> ProcessHandle.of(maven).isEmpty());
    }

    @Test
    void withoutMavenItSaysSo() throws Exception {
        Files.delete(temporary.resolve("bin/mvn"));
        onlyTools("find", "mkdir", "flock", "rm", "cat");
        writeString(root.resolve("pom.xml"), "<project></project>");
        Run run = launch("log");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.stderr()).contains("needs mvn to build", "apt: maven");
    }

    private record Run(long pid, int status, String stdout, String stderr) {}

    private Run launch(String... arguments) throws Exception {
        return launchIn(root, root.resolve("taproot"), arguments);
    }

    private Run launchIn(Path directory, Path launcher, String... arguments) throws Exception {
        return finish(start(directory, launcher, arguments));
    }

    private void startFourAtOnce() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            processes.add(start(root, root.resolve("taproot"), "log"));
        }
        for (Process process : processes) {
            assertThat(finish(process).status()).isZero();
        }
    }

    private Process start(Path directory, Path launcher, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Run finish(Process process) throws Exception {
        process.getOutputStream().close();
        String stdout = new String(process.getInputStream().readAllBytes(), UTF_8);
        String stderr = new String(process.getErrorStream().readAllBytes(), UTF_8);
        return new Run(process.pid(), process.waitFor(), stdout, stderr);
    }

    /** Hides every other program of the machine, flock among them. */
    private void onlyTools(String... names) throws IOException {
        Path bin = temporary.resolve("bin");
        for (String name : names) {
            script(bin.resolve(name), "#!/bin/sh\nexec /usr/bin/" + name + " \"$@\"\n");
        }
        environment.put("PATH", bin.toString());
    }

    private int builds() throws IOException {
        return Files.readAllLines(temporary.resolve("builds")).size();
    }

    private static Path jdk(Path home, String version) throws IOException {
        createDirectories(home.resolve("bin"));
        writeString(home.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        script(home.resolve("bin/java"), JAVA);
        script(home.resolve("bin/javac"), JAVA);
        return home;
    }

    private static void script(Path file, String text) throws IOException {
        writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String quoted(Path path) {
        return "'" + path + "'";
    }
}
