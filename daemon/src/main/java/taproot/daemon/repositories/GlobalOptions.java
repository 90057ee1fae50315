package taproot.daemon.repositories;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;

/**
 * What a command line, or the variables that git was asked to report ({@code trace2.envVars}), say of where it works.
 * An option wins over its variable, as it does in git.
 *
 * @param directory where {@code -C} leads to; null where it leads nowhere in particular, being relative to an unknown directory
 * @param gitDir as written
 * @param worktree as written
 */
record GlobalOptions(
        @Nullable RawPath directory,
        @Nullable String gitDir,
        @Nullable String worktree) {
    private static final Set<String> WITH_VALUE =
            Set.of("-c", "--namespace", "--config-env", "--attr-source", "--super-prefix");

    /** Whether a git directory was asked for, which may be another than that of the work tree that git named. */
    static boolean nameGitDir(CommandRecord record) {
        List<String> argv = record.argv();
        boolean none = (argv.size() < 2 || !argv.get(1).startsWith("-"))
                && record.params().isEmpty();
        return !none && of(record).gitDir() != null;
    }

    static GlobalOptions of(CommandRecord record) {
        String gitDir = variable(record.params(), "GIT_DIR");
        String worktree = variable(record.params(), "GIT_WORK_TREE");
        RawPath directory = null;
        List<String> argv = record.argv();
        for (int i = 1; i < argv.size() && argv.get(i).startsWith("-"); i++) {
            String option = argv.get(i);
            String next = i + 1 < argv.size() ? argv.get(i + 1) : "";
            switch (option) {
                case "-C" -> {
                    directory = entered(directory, next);
                    i++;
                }
                case "--git-dir" -> {
                    gitDir = next;
                    i++;
                }
                case "--work-tree" -> {
                    worktree = next;
                    i++;
                }
                default -> {
                    if (option.startsWith("--git-dir=")) {
                        gitDir = option.substring("--git-dir=".length());
                    } else if (option.startsWith("--work-tree=")) {
                        worktree = option.substring("--work-tree=".length());
                    } else if (WITH_VALUE.contains(option)) {
                        i++;
                    }
                }
            }
        }
        return new GlobalOptions(directory, known(gitDir), known(worktree));
    }

    private static @Nullable RawPath entered(@Nullable RawPath directory, String path) {
        if (path.isEmpty() || path.indexOf('\uFFFD') >= 0) {
            return path.isEmpty() ? directory : null;
        }
        RawPath entered = RawPath.ofText(path);
        return entered.isAbsolute() ? entered : directory == null ? null : directory.resolve(entered);
    }

    /** Bytes that are not UTF-8 are not there any more. */
    private static @Nullable String known(@Nullable String path) {
        return path == null || path.isEmpty() || path.indexOf('\uFFFD') >= 0 ? null : path;
    }

    private static @Nullable String variable(List<CommandRecord.Param> params, String name) {
        for (CommandRecord.Param param : params) {
            if (param.name().equals(name)) {
                return param.value();
            }
        }
        return null;
    }
}
