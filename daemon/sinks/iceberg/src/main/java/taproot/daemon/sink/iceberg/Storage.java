package taproot.daemon.sink.iceberg;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.StorageCredential;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.apache.iceberg.io.SupportsStorageCredentials;
import org.jspecify.annotations.Nullable;

/**
 * Files by where they are: in S3, or what speaks like it, by Iceberg's own client, which is made when the first such path
 * is met; everything else is a local one. From any thread.
 */
final class Storage implements FileIO, SupportsPrefixOperations, SupportsStorageCredentials {
    private static final long serialVersionUID = 1L;

    private final LocalFileIO local = new LocalFileIO();
    private final Map<String, String> properties;
    // Guarded by this.
    private @Nullable S3FileIO remote;
    private List<StorageCredential> credentials = List.of();

    /** @param properties those of the sink, with those that the catalog gave for the table */
    Storage(Map<String, String> properties) {
        this.properties = properties;
    }

    private FileIO at(String path) {
        return isRemote(path) ? remote() : local;
    }

    private SupportsPrefixOperations below(String prefix) {
        return isRemote(prefix) ? remote() : local;
    }

    private static boolean isRemote(String path) {
        return path.startsWith("s3://") || path.startsWith("s3a://") || path.startsWith("s3n://");
    }

    private synchronized S3FileIO remote() {
        S3FileIO made = remote;
        if (made == null) {
            made = new S3FileIO();
            made.setCredentials(credentials);
            made.initialize(properties);
            remote = made;
        }
        return made;
    }

    @Override
    public InputFile newInputFile(String path) {
        return at(path).newInputFile(path);
    }

    @Override
    public InputFile newInputFile(String path, long length) {
        return at(path).newInputFile(path, length);
    }

    @Override
    public OutputFile newOutputFile(String path) {
        return at(path).newOutputFile(path);
    }

    @Override
    public void deleteFile(String path) {
        at(path).deleteFile(path);
    }

    @Override
    public Iterable<FileInfo> listPrefix(String prefix) {
        return below(prefix).listPrefix(prefix);
    }

    @Override
    public void deletePrefix(String prefix) {
        below(prefix).deletePrefix(prefix);
    }

    @Override
    public Map<String, String> properties() {
        return properties;
    }

    /** What a catalog gives for a table, and only that. */
    @Override
    public synchronized void setCredentials(List<StorageCredential> given) {
        credentials = new ArrayList<>(given);
        if (remote != null) {
            remote.setCredentials(credentials);
        }
    }

    @Override
    public synchronized List<StorageCredential> credentials() {
        return credentials;
    }

    @Override
    public synchronized void close() {
        if (remote != null) {
            remote.close();
        }
    }
}
