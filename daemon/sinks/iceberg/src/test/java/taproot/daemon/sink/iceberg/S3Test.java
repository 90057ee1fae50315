package taproot.daemon.sink.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.OutputFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against s3proxy, which is had from Maven's repository when the test runs: 55 MB that no build needs. */
@Tag("backends")
class S3Test {
    private static final URI JAR = URI.create(
            "https://repo1.maven.org/maven2/org/gaul/s3proxy/4.1.0/" + "s3proxy-4.1.0-jar-with-dependencies.jar");

    @TempDir
    Path directory;

    @Test
    void filesInABucketAreWrittenListedReadAndRemoved() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Process server = server(port);
        try (Storage storage = new Storage(Map.of(
                "s3.endpoint", "http://127.0.0.1:" + port,
                "s3.path-style-access", "true",
                "s3.access-key-id", "local",
                "s3.secret-access-key", "secret",
                "client.region", "us-east-1",
                "http-client.type", "urlconnection",
                "s3.client-factory-impl", "org.apache.iceberg.aws.s3.DefaultS3FileIOAwsClientFactory"))) {
            OutputFile file = storage.newOutputFile("s3://bucket/table/data/one/a-0.parquet");
            try (var out = file.create()) {
                out.write(new byte[] {1, 2, 3});
            }
            assertThat(storage.newInputFile(file.location()).getLength()).isEqualTo(3);
            assertThat(StreamSupport.stream(
                                    storage.listPrefix("s3://bucket/table/data/one/")
                                            .spliterator(),
                                    false)
                            .map(FileInfo::location))
                    .containsExactly(file.location());
            storage.deleteFile(file.location());
            assertThat(storage.newInputFile(file.location()).exists()).isFalse();
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    private Process server(int port) throws IOException {
        Path jar = jar();
        Files.createDirectories(directory.resolve("store/bucket"));
        Path settings =
                Files.writeString(directory.resolve("s3proxy.conf"), """
                s3proxy.endpoint=http://127.0.0.1:%d
                s3proxy.authorization=none
                jclouds.provider=filesystem-nio2
                jclouds.filesystem.basedir=%s
                """.formatted(port, directory.resolve("store")));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        jar.toString(),
                        "--properties",
                        settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("s3proxy.log").toFile())
                .start();
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
        return process;
    }

    private Path jar() {
        Path jar = directory.resolve("s3proxy.jar");
        try (InputStream in = JAR.toURL().openStream()) {
            Files.copy(in, jar);
            return jar;
        } catch (IOException e) {
            return Assumptions.abort("needs " + JAR + ": " + e);
        }
    }
}
