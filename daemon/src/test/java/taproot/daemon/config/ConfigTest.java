package taproot.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTest {
    @TempDir
    Path directory;

    @Test
    void theDefaultsAreThoseOfTheDesign() throws Exception {
        Config config = Config.load(null, List.of());
        assertThat(config.shutdownGrace()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.ingest()).isEqualTo(new Config.Ingest(1, 4 << 20, List.of()));
        assertThat(config.roots())
                .isEqualTo(new Config.Roots(
                        Duration.ofMillis(20),
                        Duration.ofMillis(50),
                        Duration.ofMillis(250),
                        Duration.ofSeconds(1),
                        16_384,
                        4 << 20,
                        64 << 20));
        assertThat(config.log())
                .isEqualTo(new Config.Log(
                        Config.Durability.NORMAL,
                        Duration.ofMillis(500),
                        Duration.ofHours(1),
                        Duration.ofDays(90),
                        2L << 30,
                        16 << 20));
        assertThat(config.redact().patterns()).isEmpty();
        assertThat(config).isEqualTo(Config.defaults());
    }

    @Test
    void theFileWinsOverTheDefaultsAndOverridesOverTheFile() throws Exception {
        Path file = file("""
                shutdown_grace = "7s"
                log.retention_age = "30d"
                [ingest]
                loops = 2
                [roots]
                linger = "10ms"
                [redact]
                patterns = ['a\\d', "b"]
                [api]
                [sinks]
                """);
        Config config = Config.load(file, List.of("roots.linger=30ms", "roots.linger=40ms", "log.durability=full"));
        assertThat(config.shutdownGrace()).isEqualTo(Duration.ofSeconds(7));
        assertThat(config.log().retentionAge()).isEqualTo(Duration.ofDays(30));
        assertThat(config.ingest().loops()).isEqualTo(2);
        assertThat(config.roots().linger()).isEqualTo(Duration.ofMillis(40));
        assertThat(config.log().durability()).isEqualTo(Config.Durability.FULL);
        assertThat(config.redact().patterns()).extracting(Pattern::pattern).containsExactly("a\\d", "b");
    }

    @Test
    void anOverrideIsBareText() throws Exception {
        assertThat(Config.load(null, List.of("redact.patterns=[0-9]{16}=x"))
                        .redact()
                        .patterns())
                .extracting(Pattern::pattern)
                .containsExactly("[0-9]{16}=x");
        assertThat(Config.load(null, List.of("redact.patterns=")).redact().patterns())
                .isEmpty();
        assertThat(Config.load(null, List.of("ingest.loops=3")).ingest().loops())
                .isEqualTo(3);
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() throws IOException {
        Path file = file("""
                shutdown_grace = 5
                lg = "x"
                [rots]
                linger = "50ms"
                [roots]
                lingr = "50ms"
                completed_guard = 0
                [log]
                durability = "safe"
                retention_size = "2GB"
                [redact]
                patterns = ["(", 3]
                [nothing]
                """);
        ConfigException refused = catchThrowableOfType(
                ConfigException.class,
                () -> Config.load(file, List.of("log.linger=1s", "log.queue_limit", "ingest.loops=x")));
        assertThat(refused.problems().stream().map(ConfigException.Problem::toString))
                .containsExactlyInAnyOrder(
                        file + ":1: shutdown_grace: expected a duration, such as \"250ms\", \"5s\" or \"30d\""
                                + " (us, ms, s, m, h, d), got 5",
                        file + ":2: lg: expected a known key, got an unknown one",
                        file + ":4: rots.linger: expected a known key, got an unknown one; did you mean roots.linger?",
                        file + ":6: roots.lingr: expected a known key, got an unknown one; did you mean roots.linger?",
                        file + ":7: roots.completed_guard: expected a whole number from 1 to 16777216, got 0",
                        file + ":9: log.durability: expected \"normal\" or \"full\", got safe",
                        file + ":10: log.retention_size: expected a size from 1MiB to 1024TiB, such as \"64MiB\""
                                + " (B, KiB, MiB, GiB, TiB), got 2GB",
                        file + ":12: redact.patterns: expected an array of regular expressions, such as ['proj-\\d+'],"
                                + " got an array with 3 in it",
                        file + ":13: nothing: expected a known key, got an unknown one",
                        "--set: log.linger: expected a known key, got an unknown one; did you mean roots.linger?",
                        "--set: log.queue_limit: expected KEY=VALUE, got \"log.queue_limit\"",
                        "--set: ingest.loops: expected a whole number from 1 to 64, got x");
        assertThat(refused).hasMessageContaining("lingr").hasMessageContaining("log.queue_limit");
    }

    @Test
    void whatIsNoTomlIsRefusedWithItsLine() throws IOException {
        Path file = file("[log]\nslow_threshold = 500ms\n");
        assertThatThrownBy(() -> Config.load(file, List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(file + ":2: expected TOML, got ");
        Path doubled = file("shutdown_grace = \"5s\"\nshutdown_grace = \"6s\"\n");
        assertThatThrownBy(() -> Config.load(doubled, List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(":2: expected TOML, got shutdown_grace previously defined");
    }

    @Test
    void aTableIsNoValueAndAValueNoTable() throws IOException {
        Path file = file("log = 3\n[roots.linger]\nx = 1\n");
        assertThatThrownBy(() -> Config.load(file, List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(":1: log: expected a table, [log], got a value")
                .hasMessageContaining(":3: roots.linger.x: expected a known key");
    }

    @Test
    void aFileThatCannotBeReadIsRefused() {
        Path none = directory.resolve("none.toml");
        assertThatThrownBy(() -> Config.load(none, List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage(none + ": expected a configuration file, got none");
        assertThatThrownBy(() -> Config.load(directory, List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("expected a readable configuration file");
    }

    /** What a start without a file does. */
    static final class WithoutFile {
        private WithoutFile() {}

        public static void main(String[] args) throws ConfigException {
            Config.load(null, List.of("roots.linger=1ms"));
        }
    }

    @Test
    void withoutAFileNoParserIsLoaded() throws Exception {
        Path loaded = directory.resolve("loaded");
        Process program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:file=" + loaded,
                        "-cp",
                        System.getProperty("java.class.path"),
                        WithoutFile.class.getName())
                .start();
        assertThat(program.waitFor()).isZero();
        assertThat(loaded)
                .content()
                .contains("ConfigKeys")
                .doesNotContain("tomlj")
                .doesNotContain("antlr");
    }

    @Test
    void aPatternThatDoesNotCompileIsRefusedWithItsPlace() {
        assertThatThrownBy(() -> Config.load(null, List.of("redact.patterns=a(b")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("got a(b (Unclosed group near index 3)");
    }

    @ParameterizedTest
    @CsvSource({"250us,250", "0ms,0", "250ms,250000", "5s,5000000", "2m,120000000", "1h,3600000000", "30d,2592000000000"
    })
    void durationsHaveUnits(String text, long micros) throws Exception {
        Config config = Config.load(null, List.of("roots.linger=" + text));
        assertThat(config.roots().linger().toNanos()).isEqualTo(micros * 1_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "5", "s", "-5s", "5 s", "1.5s", "5S", "5sec", "99999999999999999999s", "9999999999999d"})
    void whatIsNoDurationIsRefused(String text) {
        assertThatThrownBy(() -> Config.load(null, List.of("roots.linger=" + text)))
                .isInstanceOf(ConfigException.class)
                .hasMessageEndingWith("got " + text);
    }

    @ParameterizedTest
    @CsvSource({"1048576,1048576", "1048576B,1048576", "64MiB,67108864", "2048KiB,2097152", "3GiB,3221225472"})
    void sizesHaveBinaryUnits(String text, long bytes) throws Exception {
        assertThat(Config.load(null, List.of("log.retention_size=" + text))
                        .log()
                        .retentionSize())
                .isEqualTo(bytes);
    }

    private Path file(String toml) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "taproot", ".toml"), toml);
    }

    @Test
    void aSinksKeysAreItsTypesOwnAndItsProblemsNameFileLineAndTheNearestKey() throws Exception {
        Path file = file("""
                [sinks.warehouse]
                type = "postgres"
                batch = 12
                url = "a"
                urll = "b"
                """);
        ConfigKey<Long> batch = new ConfigKey<>("batch", ConfigType.integer(1, 10), "5", false, "");
        ConfigKey<String> url = ConfigKey.required("url", ConfigType.text("a URL", text -> text), "");
        ConfigKey<String> user = ConfigKey.required("user", ConfigType.text("a name", text -> text), "");
        ConfigTable table = Config.load(file, List.of("sinks.warehouse.url=c"))
                .sinks()
                .tables()
                .getFirst();
        assertThat(table.get(url)).isEqualTo("c");
        assertThat(table.word()).isEqualTo("warehouse");
        ConfigKey<String> type = ConfigKey.required("type", ConfigType.text("a type", text -> text), "");
        ConfigException wrong =
                catchThrowableOfType(ConfigException.class, () -> table.read(List.of(type, batch, url, user)));
        assertThat(String.valueOf(wrong.getMessage()).lines())
                .containsExactly(
                        file + ":5: sinks.warehouse.urll: expected a known key, got an unknown one; did you mean"
                                + " sinks.warehouse.url?",
                        file + ":3: sinks.warehouse.batch: expected a whole number from 1 to 10, got 12",
                        file + ": sinks.warehouse.user: expected a name, got nothing");
    }

    @Test
    void aSinksNameIsAWord() throws Exception {
        Path file = file("[sinks.\"My Sink\"]\ntype = \"postgres\"\n");
        assertThatThrownBy(() -> Config.load(file, List.of())).hasMessageContaining("a letter first");
    }

    @Test
    void aSecretItselfIsRefusedAndNotRepeated() throws Exception {
        ConfigKey<Secret> password = new ConfigKey<>("password", ConfigType.secret(), "", false, "");
        ConfigTable table = Config.load(null, List.of("sinks.a.password=hunter2"))
                .sinks()
                .tables()
                .getFirst();
        assertThatThrownBy(() -> table.get(password))
                .hasMessageContaining("env:VARIABLE")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void aSecretIsReadFromAPrivateFileOrAVariable() throws Exception {
        Path file = Files.writeString(directory.resolve("password"), "hunter2\n");
        Files.setPosixFilePermissions(file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
        Secret inFile = ConfigType.secret().fromText("file:" + file);
        assertThatThrownBy(() -> inFile.read(Map.of())).hasMessageContaining("chmod 600 " + file);
        Files.setPosixFilePermissions(file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        assertThat(inFile.read(Map.of())).isEqualTo("hunter2");
        Secret inVariable = ConfigType.secret().fromText("env:PGPASSWORD");
        assertThat(inVariable.read(Map.of("PGPASSWORD", "x"))).isEqualTo("x");
        assertThatThrownBy(() -> inVariable.read(Map.of())).hasMessageContaining("PGPASSWORD");
    }
}
