package taproot.daemon.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces are kept where zstd's native half cannot be loaded too, and both kinds are read. */
class TracesTest {
    private static final byte[] LINES =
            "{\"event\":\"data\",\"value\":\"x\"}\n".repeat(500).getBytes(UTF_8);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    /** In a JVM of its own: what this one has loaded it does not let go of. */
    static final class WithoutZstd {
        private WithoutZstd() {}

        public static void main(String[] args) {
            try (Traces traces = new Traces(Path.of(args[0]))) {
                Traces.Compressed compressed = traces.compress(LINES);
                System.out.println(compressed.codec() + " " + HexFormat.of().formatHex(compressed.bytes()));
            }
        }
    }

    @Test
    void whereZstdCannotBeUnpackedATraceIsDeflatedAndReadAllTheSame() throws Exception {
        Path full = Files.createFile(directory.resolve("no-directory"));
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-DZstdTempFolder=" + full,
                        "-cp",
                        System.getProperty("java.class.path"),
                        WithoutZstd.class.getName(),
                        directory.toString())
                .redirectError(directory.resolve("err").toFile())
                .start();
        String[] said =
                new String(jvm.getInputStream().readAllBytes(), UTF_8).strip().split(" ");
        assertThat(jvm.waitFor()).as(Files.readString(directory.resolve("err"))).isZero();
        assertThat(said).hasSizeGreaterThanOrEqualTo(2);
        assertThat(said[said.length - 2]).endsWith("deflate");
        byte[] bytes = HexFormat.of().parseHex(said[said.length - 1]);
        assertThat(bytes).hasSizeLessThan(LINES.length / 10);
        assertThat(Traces.decompress(directory, "deflate", bytes)).isEqualTo(LINES);
    }

    @Test
    void elsewhereItIsZstd() throws Exception {
        try (Traces traces = new Traces(directory)) {
            Traces.Compressed compressed = traces.compress(LINES);
            assertThat(compressed.codec()).isEqualTo("zstd");
            assertThat(Traces.decompress(directory, compressed.codec(), compressed.bytes()))
                    .isEqualTo(LINES);
        }
    }
}
