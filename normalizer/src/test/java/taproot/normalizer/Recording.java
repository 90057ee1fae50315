package taproot.normalizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The recorded streams of one scenario: one list of lines per git process, as one connection would have carried them.
 *
 * @param name git's version and the scenario, {@code git-2.39.5/commit}
 */
public record Recording(String name, Path directory, List<ProcessStream> streams) {

    /** One process's lines, without their newlines, with the time at which each was written. */
    public record ProcessStream(String file, List<TimedLine> lines) {}

    /** A line and its {@code time}, in microseconds since the epoch; in brief mode that of the line before it. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    public record TimedLine(byte[] bytes, long time) {}

    private static final Pattern TIME = Pattern.compile("\"time\":\"([^\"]+)\"");

    /** All recordings kept with the tests, by name. */
    public static List<Recording> all() {
        try (Stream<Path> versions = Files.list(root())) {
            List<Recording> recordings = new ArrayList<>();
            for (Path version : versions.filter(Files::isDirectory).sorted().toList()) {
                try (Stream<Path> scenarios = Files.list(version)) {
                    scenarios.filter(Files::isDirectory).sorted().forEach(dir -> recordings.add(read(dir)));
                }
            }
            return recordings;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The recording with this name. */
    public static Recording named(String name) {
        return read(root().resolve(name));
    }

    /** Reads a directory with one file per process. */
    public static Recording read(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            List<ProcessStream> streams = new ArrayList<>();
            for (Path file :
                    files.filter(f -> !f.toString().endsWith(".jsonl")).sorted().toList()) {
                streams.add(new ProcessStream(file.getFileName().toString(), lines(Files.readAllBytes(file))));
            }
            Path parent = Objects.requireNonNull(directory.getParent());
            return new Recording(parent.getFileName() + "/" + directory.getFileName(), directory, streams);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<TimedLine> lines(byte[] bytes) {
        List<TimedLine> lines = new ArrayList<>();
        long time = 0;
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                byte[] line = Arrays.copyOfRange(bytes, from, i);
                Matcher matcher = TIME.matcher(new String(line, StandardCharsets.ISO_8859_1));
                if (matcher.find()) {
                    time = Math.max(time, parse(matcher.group(1)));
                }
                lines.add(new TimedLine(line, time));
                from = i + 1;
            }
        }
        return lines;
    }

    private static long parse(String time) {
        try {
            return Timestamps.parse(time);
        } catch (MalformedEventException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Where the recordings are: a directory, or inside a jar that holds the tests of this module. */
    private static Path root() {
        URL url = Objects.requireNonNull(Recording.class.getResource("/traces"), "the recordings");
        try {
            URI uri = url.toURI();
            if (uri.getScheme().equals("jar")) {
                return inside(uri);
            }
            return Path.of(uri);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The jar's file system stays open for as long as the tests run. */
    private static Path inside(URI jarEntry) {
        try {
            FileSystems.newFileSystem(jarEntry, Map.of());
        } catch (FileSystemAlreadyExistsException e) {
            return Path.of(jarEntry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Path.of(jarEntry);
    }
}
