package taproot.normalizer;

import java.util.List;

final class ReadOnlyCommands {
    private ReadOnlyCommands() {}

    static boolean isReadOnly(List<String> argv) {
        return argv.contains("status");
    }
}
