package taproot.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code ./taproot package} makes. In continuous integration its script runs in a small tree with a JDK and a Maven
 * of scripts, which is enough to see what goes where; the long test makes the real thing and installs it in a root file
 * system that has no Java.
 */
class PackageTest {
    private static final Path TREE = Path.of("..").toAbsolutePath().normalize();
    private static final String EPOCH = "1700000000";

    /** Every tool of the JDK that the script uses, as far as its result is looked at here. */
    private static final String JDK_TOOL = """
            #!/bin/sh
            case "${0##*/} $*" in
            "jar xf "*version) mkdir -p taproot/cli/terminal && echo 1.2.3 >taproot/cli/terminal/version ;;
            "jar xf "*native*) mkdir -p META-INF/native && : >META-INF/native/lib$(basename "$2" .jar).so ;;
            "jar xf "*) mkdir META-INF && : >META-INF/MANIFEST.MF && : >A.class && : >B.so ;;
            "jar --create "*) for word; do case $word in @*) cat "${word#@}" >"$3" ;; esac; done ;;
            "jdeps "*) echo java.base ;;
            "jlink "*) for word; do :; done; mkdir -p "$word/bin" "$word/legal" && cp "$0" "$word/bin/java" ;;
            "java "*=create*) for word; do case $word in -XX:AOTCache=*) echo cache >"${word#*=}" ;; esac; done ;;
            "java "*Inventory*) for word; do case $word in *=*) ;; */doc/taproot) echo "$*" >"$word/sbom.json" ;; esac; done ;;
            "java "*=record*) ;;
            "java "*"taproot.cli.Main man"*) for word; do :; done; mkdir -p "$word/man1" && : >"$word/man1/taproot.1" ;;
            "java "*) echo "$0"; printf '<%s>\\n' "$@" ;;
            esac
            """;

    private static final String MVN = """
            #!/bin/sh
            for word; do
                case $word in
                -Dtaproot.build=*) mkdir -p "${word#*=}/sinks/one" && : >"${word#*=}/sinks/one/driver-1.jar" ;;
                -DoutputDirectory=*)
                    for jar in other-1 sqlite-jdbc-1 zstd-jni-1-linux_amd64 zstd-jni-1-linux_aarch64 \\
                        netty-transport-native-epoll-1-linux-x86_64 netty-transport-native-epoll-1-linux-aarch_64; do
                        : >"${word#*=}/$jar.jar"
                    done ;;
                esac
            done
            : >"$FAKE_ROOT/src/target/taproot-1.jar"
            mkdir -p "$FAKE_ROOT/daemon/sinks/one/target"
            : >"$FAKE_ROOT/daemon/sinks/one/target/taproot-sink-one-1.jar"
            """;

    @TempDir
    private Path directory;

    private Path tree;
    private Path packages;

    PackageTest() {
        tree = Path.of("");
        packages = tree;
    }

    @BeforeEach
    void aSmallTree() throws Exception {
        directory = directory.toRealPath();
        tree = directory.resolve("tree");
        packages = tree.resolve("src/target/package");
        for (String part : List.of("src/package", "config", "systemd")) {
            Files.createDirectories(tree.resolve(part).getParent());
            run(
                    Map.of(),
                    "cp",
                    "-R",
                    TREE.resolve(part).toString(),
                    tree.resolve(part).toString());
        }
        for (String file : List.of("taproot", "README.md", "CHANGELOG.md", "LICENSE")) {
            run(
                    Map.of(),
                    "cp",
                    TREE.resolve(file).toString(),
                    tree.resolve(file).toString());
        }
        Files.createDirectories(tree.resolve("daemon/sinks/one"));
        Files.createFile(tree.resolve("daemon/sinks/one/pom.xml"));
        Path jdk = directory.resolve("jdk-25");
        for (String tool : List.of("java", "javac", "jar", "jdeps", "jlink")) {
            script(jdk.resolve("bin").resolve(tool), JDK_TOOL);
        }
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
        script(directory.resolve("bin/mvn"), MVN);
    }

    @Test
    void everythingHasItsPlaceInTheDirectoryAndTheArchive() throws Exception {
        makePackage();
        String name = "taproot-1.2.3-linux-" + machine();
        List<String> archived =
                run(Map.of(), "tar", "-tzf", packages.resolve(name + ".tar.gz").toString());
        assertThat(archived)
                .contains(
                        name + "/bin/taproot",
                        name + "/runtime/bin/java",
                        name + "/lib/taproot.jar",
                        name + "/lib/taproot.aot",
                        name + "/lib/native/libsqlite-jdbc-1.so",
                        name + "/sinks/one/taproot-sink-one-1.jar",
                        name + "/sinks/one/driver-1.jar",
                        name + "/etc/taproot.toml",
                        name + "/share/man/man1/taproot.1",
                        name + "/share/bash-completion/completions/taproot",
                        name + "/share/zsh/vendor-completions/_taproot",
                        name + "/share/fish/vendor_completions.d/taproot.fish",
                        name + "/share/systemd/user/taproot.service",
                        name + "/share/systemd/system/taproot@.service",
                        name + "/share/doc/taproot/LICENSE",
                        name + "/share/doc/taproot/sbom.json");
        assertThat(archived).noneMatch(path -> path.contains(machine().equals("x86_64") ? "aarch" : "amd64"));
        assertThat(Files.readString(packages.resolve(name + "/lib/sqlite-jdbc-1.jar")))
                .isEqualTo("./A.class\n");
        assertThat(Files.readString(packages.resolve(name + "/share/doc/taproot/sbom.json")))
                .contains("/src/target/sbom.json=", "/daemon/sinks/one/target/sbom.json=");
    }

    @Test
    void thePackagedLauncherBecomesTheRuntimesJavaAlsoThroughALink() throws Exception {
        makePackage();
        Path home = packages.resolve("taproot-1.2.3-linux-" + machine());
        Path link = Files.createSymbolicLink(directory.resolve("a link"), home.resolve("bin/taproot"));
        assertThat(run(Map.of(), link.toString(), "log", "a b", "*"))
                .startsWith(home + "/runtime/bin/java")
                .contains(
                        "<-XX:AOTCache=" + home + "/lib/taproot.aot>", "<-XX:+UseSerialGC>", "<-Xlog:aot*=off:stderr>")
                .endsWith("<taproot.cli.Main>", "<log>", "<a b>", "<*>")
                .anyMatch(word -> word.startsWith("<" + home + "/lib/taproot.jar:" + home + "/lib/"));
    }

    @Test
    void theSameTreeGivesTheSameBytes() throws Exception {
        makePackage();
        Map<String, String> first = sums();
        assertThat(first).hasSize(2);
        makePackage();
        assertThat(sums()).isEqualTo(first);
    }

    @Test
    void theDebInstallsForRootAndTouchesNobodysGit() throws Exception {
        makePackage();
        Path deb;
        try (Stream<Path> files = Files.list(packages)) {
            deb = files.filter(file -> file.toString().endsWith(".deb"))
                    .findFirst()
                    .orElseThrow();
        }
        assertThat(run(Map.of(), "dpkg-deb", "--field", deb.toString(), "Version", "Depends"))
                .contains("Version: 1.2.3")
                .anyMatch(line -> line.startsWith("Depends: libc6"));
        List<String> contents = run(Map.of(), "dpkg-deb", "--contents", deb.toString());
        assertThat(contents).allMatch(line -> line.contains(" root/root "));
        assertThat(contents.stream().map(line -> line.replaceAll(".* \\./", "")))
                .contains(
                        "etc/taproot/taproot.toml",
                        "usr/lib/systemd/user/taproot.service",
                        "usr/lib/systemd/system/taproot@.service",
                        "usr/lib/taproot/runtime/bin/java",
                        "usr/lib/taproot/sinks/one/driver-1.jar",
                        "usr/share/man/man1/taproot.1.gz",
                        "usr/share/doc/taproot/copyright");
        assertThat(contents).anyMatch(line -> line.endsWith("./usr/bin/taproot -> ../lib/taproot/bin/taproot"));
        Path control = directory.resolve("control");
        run(Map.of(), "dpkg-deb", "--control", deb.toString(), control.toString());
        assertThat(Files.readString(control.resolve("conffiles"))).isEqualTo("/etc/taproot/taproot.toml\n");
        for (String script : List.of("postinst", "prerm", "postrm")) {
            run(Map.of(), "sh", "-n", control.resolve(script).toString());
            assertThat(Files.readString(control.resolve(script)))
                    .doesNotContain("git config --", "trace2", "systemctl enable");
        }
    }

    @Test
    @Tag("long")
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void aCleanRootWithoutJavaRunsTheRealThing() throws Exception {
        Path launcher = TREE.resolve("taproot");
        run(Map.of(), launcher.toString(), "package");
        Path deb;
        try (Stream<Path> files = Files.list(TREE.resolve("src/target/package"))) {
            deb = files.filter(file -> file.toString().endsWith(".deb"))
                    .findFirst()
                    .orElseThrow();
        }
        Path root = directory.resolve("root");
        run(Map.of(), "mmdebstrap", "--variant=minbase", "--include=git", "bookworm", root.toString());
        run(Map.of(), "cp", deb.toString(), root.resolve("taproot.deb").toString());
        run(Map.of(), "chroot", root.toString(), "dpkg", "-i", "/taproot.deb");
        List<String> said = run(
                Map.of(),
                "chroot",
                root.toString(),
                "sh",
                "-c",
                "! command -v java && mkdir /tmp/x && cd /tmp/x && taproot exec --json -- git init -q r && find /tmp -name '*.so'");
        assertThat(said).hasSize(1);
        assertThat(said.getFirst()).contains("\"command\":\"init\"", "\"outcome\":\"exited\"");
        assertThat(Files.readString(root.resolve("usr/share/doc/taproot/THIRD-PARTY.txt")))
                .contains("java-runtime", "sqlite-jdbc", "Apache-2.0", "postgresql", "opentelemetry-proto");
        // It knows its sinks although its start-up cache was made elsewhere.
        assertThat(
                        run(
                                Map.of(),
                                "chroot",
                                root.toString(),
                                "sh",
                                "-c",
                                "printf '[sinks.x]\\ntype = \"none\"\\n' >/tmp/c; taproot run --config /tmp/c 2>&1; [ $? = 2 ]"))
                .anyMatch(line -> line.contains("opentelemetry") && line.contains("postgres"));
    }

    @Test
    @Tag("long")
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void theRealThingIsTheSameTwiceButForItsStartUpCache() throws Exception {
        List<String> first = filesOfARealPackage();
        List<String> second = filesOfARealPackage();
        assertThat(first).hasSizeGreaterThan(100);
        assertThat(second).containsExactlyElementsOf(first);
    }

    /** Each with its digest, mode and time, but for the start-up cache. */
    private static List<String> filesOfARealPackage() throws Exception {
        run(Map.of(), TREE.resolve("taproot").toString(), "package", "--no-deb");
        return run(
                Map.of(),
                "sh",
                "-c",
                "cd \"$0\"/*/ && find . -type f ! -name taproot.aot -printf '%m %T@ ' -exec sha256sum {} ';' | sort -k 4",
                TREE.resolve("src/target/package").toString());
    }

    /** With the JDK that came along, and from where the package has them; what they deliver is tested with each sink. */
    @Test
    @Tag("long")
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void thePackagedProgramKnowsItsSinks() throws Exception {
        run(Map.of(), TREE.resolve("taproot").toString(), "package", "--no-deb");
        Path home;
        try (Stream<Path> made = Files.list(TREE.resolve("src/target/package"))) {
            home = made.filter(Files::isDirectory).findFirst().orElseThrow();
        }
        Path wrong = Files.writeString(directory.resolve("wrong.toml"), "[sinks.x]\ntype = \"none\"\n");
        Process check = new ProcessBuilder(home.resolve("bin/taproot").toString(), "config", "check", wrong.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try (Stream<Path> modules = Files.list(TREE.resolve("daemon/sinks"))) {
            for (Path module : modules.filter(each -> Files.exists(each.resolve("pom.xml")))
                    .toList()) {
                assertThat(said).contains(String.valueOf(module.getFileName()));
            }
        }
        Path right = Files.writeString(directory.resolve("right.toml"), """
                [sinks.one]
                type = "postgres"
                url = "postgresql://127.0.0.1/git"
                user = "taproot"
                [sinks.other]
                type = "opentelemetry"
                endpoint = "http://127.0.0.1:4317"
                """);
        run(Map.of(), home.resolve("bin/taproot").toString(), "config", "check", right.toString());
    }

    private void makePackage() throws Exception {
        run(
                Map.of(
                        "PATH",
                        directory.resolve("bin") + ":/usr/bin:/bin",
                        "TAPROOT_JAVA_HOME",
                        directory.resolve("jdk-25").toString(),
                        "TAPROOT_UNDER_TEST",
                        "",
                        "FAKE_ROOT",
                        tree.toString(),
                        "SOURCE_DATE_EPOCH",
                        EPOCH),
                tree.resolve("taproot").toString(),
                "package");
    }

    private Map<String, String> sums() throws Exception {
        try (Stream<Path> files = Files.list(packages)) {
            List<String> command = new ArrayList<>(List.of("sha256sum"));
            files.filter(Files::isRegularFile).map(Path::toString).forEach(command::add);
            return run(Map.of(), command.toArray(new String[0])).stream()
                    .collect(Collectors.toMap(line -> line.split(" +")[1], line -> line.split(" +")[0]));
        }
    }

    /** As {@code uname -m} says it. */
    private static String machine() {
        String architecture = System.getProperty("os.arch");
        return architecture.equals("amd64") ? "x86_64" : architecture;
    }

    /** Runs it to a good end; what it said to stdout, by lines. */
    private static List<String> run(Map<String, String> environment, String... command) throws Exception {
        Path errors = Files.createTempFile("package", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(String.join(" ", command) + ": " + out + Files.readString(errors))
                .isZero();
        Files.delete(errors);
        return out.lines().toList();
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
