package taproot.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.api.Control.Reloaded;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.config.ConfigSource;

/** The configuration read again. */
class ReloadTest {
    @TempDir
    private Path directory;

    private Path file;
    private LiveConfig live;
    private final List<Config> applied = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        file = Files.writeString(directory.resolve("taproot.toml"), "[log]\nslow_threshold = \"1s\"\n");
        List<String> overrides = List.of("log.retention_age=7d");
        live = new LiveConfig(Config.load(file, overrides), ConfigSource.of(file, overrides));
    }

    private Reloaded reload() throws ConfigException {
        return live.reload(_ -> {}, applied::add);
    }

    @Test
    void whatCanChangeLiveIsAppliedAndTheRestIsNamedUntilARestart() throws Exception {
        Files.writeString(file, "[ingest]\nloops = 2\n[log]\nslow_threshold = \"2s\"\nretention_age = \"30d\"\n");
        assertThat(reload()).isEqualTo(new Reloaded(List.of("log.slow_threshold"), List.of("ingest.loops")));
        Config now = applied.getLast();
        assertThat(now.log().slowThreshold()).isEqualTo(Duration.ofSeconds(2));
        assertThat(now.log().retentionAge()).as("--set stays over the file").isEqualTo(Duration.ofDays(7));
        assertThat(now.ingest().loops()).isEqualTo(1);
        assertThat(live.current()).isEqualTo(now);
        assertThat(reload()).isEqualTo(new Reloaded(List.of(), List.of("ingest.loops")));
    }

    @Test
    void aWrongConfigurationChangesNothing() throws Exception {
        Config before = live.current();
        Files.writeString(file, "[log]\nslow_threshold = \"2s\"\nretention_size = \"big\"\n");
        assertThatThrownBy(() -> reload())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("taproot.toml:3: log.retention_size");
        assertThat(applied).isEmpty();
        assertThat(live.current()).isSameAs(before);
    }

    @Test
    void whatIsCalledAppliedIsInForceAndNothingElse() throws Exception {
        Files.writeString(file, """
                shutdown_grace = "6s"
                [ingest]
                loops = 2
                line_limit = "5MiB"
                ignore = ["/tmp"]
                [roots]
                overhang = "21ms"
                linger = "51ms"
                adoption_grace = "251ms"
                lost_after = "2s"
                completed_guard = 16385
                scratch_limit = "5MiB"
                scratch_total = "65MiB"
                [repositories]
                timeout = "3s"
                [log]
                durability = "full"
                slow_threshold = "501ms"
                read_only_age = "2h"
                retention_age = "91d"
                retention_size = "3GiB"
                queue_limit = "17MiB"
                [redact]
                patterns = ["hunter2"]
                [api]
                listen = "127.0.0.1:7000"
                token_file = "/token"
                [sinks]
                flushes = 5
                hold_age = "31d"
                hold_size = "5GiB"
                """);
        Config before = live.current();
        Config next = Config.load(file, List.of("log.retention_age=7d"));
        Reloaded reloaded = reload();
        assertThat(reloaded.applied())
                .containsExactly(
                        "shutdown_grace",
                        "ingest.ignore",
                        "repositories.timeout",
                        "log.slow_threshold",
                        "log.read_only_age",
                        "log.retention_size",
                        "redact.patterns",
                        "sinks.flushes");
        assertThat(reloaded.restart()).hasSize(15); // --set keeps retention_age where it was.
        Config now = live.current();
        assertThat(now.shutdownGrace()).isEqualTo(next.shutdownGrace());
        assertThat(now.ingest()).isEqualTo(new Config.Ingest(1, before.ingest().lineLimit(), List.of("/tmp")));
        assertThat(now.roots()).isEqualTo(before.roots());
        assertThat(now.repositories()).isEqualTo(next.repositories());
        assertThat(now.log())
                .isEqualTo(new Config.Log(
                        before.log().durability(),
                        next.log().slowThreshold(),
                        next.log().readOnlyAge(),
                        next.log().retentionAge(),
                        next.log().retentionSize(),
                        before.log().queueLimit()));
        assertThat(now.redact().patterns()).extracting(Object::toString).containsExactly("hunter2");
        assertThat(now.api()).isEqualTo(before.api());
        assertThat(now.sinks())
                .isEqualTo(new Config.Sinks(
                        5,
                        before.sinks().holdAge(),
                        before.sinks().holdSize(),
                        before.sinks().tables()));
    }

    @Test
    void aFileThatWasMadeSinceTheStartIsRead() throws Exception {
        live = new LiveConfig(Config.defaults(), new ConfigSource(() -> Files.exists(file) ? file : null, List.of()));
        Files.delete(file);
        assertThat(reload()).isEqualTo(new Reloaded(List.of(), List.of()));
        Files.writeString(file, "[log]\nslow_threshold = \"2s\"\n");
        assertThat(reload().applied()).containsExactly("log.slow_threshold");
        assertThat(live.current().log().slowThreshold()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aSinkThatComesChangesOrGoesNeedsARestart() throws Exception {
        Files.writeString(file, "[log]\nslow_threshold = \"1s\"\n[sinks.team]\ntype = \"file\"\npath = \"/one\"\n");
        assertThat(reload()).isEqualTo(new Reloaded(List.of(), List.of("sinks.team.type", "sinks.team.path")));

        List<String> overrides = List.of();
        live = new LiveConfig(Config.load(file, overrides), ConfigSource.of(file, overrides));
        Files.writeString(file, "[log]\nslow_threshold = \"1s\"\n[sinks.team]\ntype = \"file\"\npath = \"/two\"\n");
        assertThat(reload()).isEqualTo(new Reloaded(List.of(), List.of("sinks.team.path")));

        Files.writeString(file, "[log]\nslow_threshold = \"1s\"\n");
        assertThat(reload()).isEqualTo(new Reloaded(List.of(), List.of("sinks.team.path", "sinks.team.type")));
        assertThat(live.current().sinks().tables()).hasSize(1);
    }

    @Test
    void whatWouldNotStartIsRefused() throws Exception {
        Config before = live.current();
        assertThatThrownBy(() -> live.reload(
                        _ -> {
                            throw new ConfigException(List.of());
                        },
                        applied::add))
                .isInstanceOf(ConfigException.class);
        assertThat(applied).isEmpty();
        assertThat(live.current()).isSameAs(before);
    }

    @Test
    void anUnchangedOneAppliesNothing() throws Exception {
        assertThat(reload()).isEqualTo(new Reloaded(List.of(), List.of()));
    }
}
