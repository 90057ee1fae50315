package taproot.daemon.replay;

import java.nio.file.Path;

/** A file, or a directory, that was not imported. */
public record SkippedFile(Path path, SkipReason reason) {}
