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
        live = new LiveConfig(Config.load(file, overrides), file, overrides);
    }

    @Test
    void whatCanChangeLiveIsAppliedAndTheRestIsNamedUntilARestart() throws Exception {
        Files.writeString(file, "[ingest]\nloops = 2\n[log]\nslow_threshold = \"2s\"\nretention_age = \"30d\"\n");
        assertThat(live.reload(applied::add))
                .isEqualTo(new Reloaded(List.of("log.slow_threshold"), List.of("ingest.loops")));
        Config now = applied.getLast();
        assertThat(now.log().slowThreshold()).isEqualTo(Duration.ofSeconds(2));
        assertThat(now.log().retentionAge()).as("--set stays over the file").isEqualTo(Duration.ofDays(7));
        assertThat(now.ingest().loops()).isEqualTo(1);
        assertThat(live.current()).isEqualTo(now);
        assertThat(live.reload(applied::add)).isEqualTo(new Reloaded(List.of(), List.of("ingest.loops")));
    }

    @Test
    void aWrongConfigurationChangesNothing() throws Exception {
        Config before = live.current();
        Files.writeString(file, "[log]\nslow_threshold = \"2s\"\nretention_size = \"big\"\n");
        assertThatThrownBy(() -> live.reload(applied::add))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("taproot.toml:3: log.retention_size");
        assertThat(applied).isEmpty();
        assertThat(live.current()).isSameAs(before);
    }

    @Test
    void anUnchangedOneAppliesNothing() throws Exception {
        assertThat(live.reload(applied::add)).isEqualTo(new Reloaded(List.of(), List.of()));
    }
}
