package taproot.daemon.sink.iceberg;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.Files;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.iceberg.io.SupportsPrefixOperations;

/** Files of this machine, or of a file system that all machines mount, without Hadoop. Paths with {@code file:} or without. */
class LocalFileIO implements FileIO, SupportsPrefixOperations {
    private static final long serialVersionUID = 1L;

    static final String SCHEME = "file:";

    /** What is in the table is the path as it was given. */
    private record Input(String location, InputFile file) implements InputFile {
        @Override
        public long getLength() {
            return file.getLength();
        }

        @Override
        public SeekableInputStream newStream() {
            return file.newStream();
        }

        @Override
        public boolean exists() {
            return file.exists();
        }
    }

    private record Output(String location, OutputFile file) implements OutputFile {
        @Override
        public PositionOutputStream create() {
            makeDirectory();
            return file.create();
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            makeDirectory();
            return file.createOrOverwrite();
        }

        /** Iceberg's own way fails where two make it at the same moment. */
        private void makeDirectory() {
            Path directory = LocalFileIO.file(location).toPath().getParent();
            try {
                if (directory != null) {
                    java.nio.file.Files.createDirectories(directory);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public InputFile toInputFile() {
            return new Input(location, file.toInputFile());
        }
    }

    @Override
    public InputFile newInputFile(String path) {
        return new Input(path, Files.localInput(file(path)));
    }

    /** A file that is there already is an error: names are never used twice. */
    @Override
    public OutputFile newOutputFile(String path) {
        return new Output(path, Files.localOutput(file(path)));
    }

    @Override
    public void deleteFile(String path) {
        try {
            java.nio.file.Files.delete(file(path).toPath());
        } catch (java.nio.file.NoSuchFileException e) {
            throw new NotFoundException(e, "%s is not there", path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<FileInfo> listPrefix(String prefix) {
        Path directory = file(prefix).toPath();
        if (!java.nio.file.Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = java.nio.file.Files.walk(directory)) {
            return files.filter(java.nio.file.Files::isRegularFile)
                    .map(Path::toFile)
                    .map(file -> new FileInfo(SCHEME + file, file.length(), file.lastModified()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void deletePrefix(String prefix) {
        Path directory = file(prefix).toPath();
        if (!java.nio.file.Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> files = java.nio.file.Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                java.nio.file.Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static File file(String path) {
        String local = path.startsWith(SCHEME) ? path.substring(SCHEME.length()) : path;
        return new File(local.startsWith("//") ? local.substring(2) : local);
    }
}
