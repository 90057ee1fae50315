package taproot.daemon.sink.iceberg;

/** The catalog's own way to files: it is another process, and makes it by name. */
public final class ServerFileIO extends LocalFileIO {
    private static final long serialVersionUID = 1L;

    public ServerFileIO() {}
}
