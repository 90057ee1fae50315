package taproot.daemon.repositories;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.ReadOnlyCommands;

/** Which git commands may move refs: all but those that are known not to. A command that is not known here may. */
final class Movers {
    /** They write, but no refs; what they start is judged by itself. */
    private static final Set<String> STILL = Set.of(
            "add",
            "am--helper",
            "apply",
            "archive",
            "bundle",
            "checkout-index",
            "citool",
            "clean",
            "commit-graph",
            "commit-tree",
            "config",
            "credential",
            "credential-cache",
            "credential-cache--daemon",
            "credential-store",
            "daemon",
            "difftool",
            "fast-export",
            "format-patch",
            "fsmonitor--daemon",
            "gc",
            "gui",
            "hash-object",
            "hook",
            "http-backend",
            "index-pack",
            "init",
            "init-db",
            "instaweb",
            "interpret-trailers",
            "mailinfo",
            "mailsplit",
            "merge-file",
            "merge-index",
            "merge-one-file",
            "merge-tree",
            "mergetool",
            "mktag",
            "mktree",
            "multi-pack-index",
            "mv",
            "pack-objects",
            "pack-redundant",
            "pack-refs",
            "prune",
            "prune-packed",
            "read-tree",
            "remote-ext",
            "remote-fd",
            "remote-ftp",
            "remote-http",
            "remote-https",
            "repack",
            "rerere",
            "restore",
            "rm",
            "send-email",
            "sparse-checkout",
            "unpack-file",
            "unpack-objects",
            "update-index",
            "update-server-info",
            "upload-archive",
            "upload-archive--writer",
            "upload-pack",
            "write-tree");

    private Movers() {}

    /**
     * Whether the process may move refs itself.
     *
     * @param command its name, as far as it is known
     */
    static boolean mayMove(List<String> argv, @Nullable String command) {
        if (command != null && (STILL.contains(command) || isPassive(command, argv))) {
            return false;
        }
        return !ReadOnlyCommands.isReadOnly(argv);
    }

    /** Maintenance moves refs by what it starts, and by prefetching, which it does by a fetch. */
    private static boolean isPassive(String command, List<String> argv) {
        return command.equals("maintenance") || (command.equals("submodule--helper") && argv.contains("status"));
    }
}
