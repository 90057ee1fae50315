package taproot.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.daemon.BuiltProgram;

/** The program as its launcher starts it, on a machine where nothing in the temporary directory may be run, or even be. */
class NothingUnpackedTest {
    @TempDir
    private Path directory;

    @Test
    void nativeLibrariesAreTakenFromWhereTheyAre() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                BuiltProgram.launcher().toString(),
                "exec",
                "--json",
                "--runtime-dir",
                directory.resolve("run").toString(),
                "--state-dir",
                directory.resolve("state").toString(),
                "--",
                "git",
                "init",
                "-q",
                directory.resolve("r").toString());
        // Where SQLite's, Netty's and, for the trace, zstd's would be unpacked, and not even root can make a file.
        builder.environment()
                .put(
                        "JDK_JAVA_OPTIONS",
                        "-Dorg.sqlite.tmpdir=/proc -Dio.netty.native.workdir=/proc" + " -DZstdTempFolder=/proc");
        Process program =
                builder.redirectError(directory.resolve("stderr").toFile()).start();
        String out = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(program.waitFor())
                .as(out + Files.readString(directory.resolve("stderr")))
                .isZero();
        assertThat(out).contains("\"command\":\"init\"", "\"outcome\":\"exited\"");
    }
}
