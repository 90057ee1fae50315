package taproot.normalizer;

import java.util.List;

/**
 * Whether a git command line only reads, by git's documentation from 2.34 to 2.56. A read-only command keeps no trace, so
 * in doubt a command is not read-only; a refreshed index counts as reading, as it does for git itself.
 *
 * <p>git's own options before the command are stepped over ({@code -C}, {@code -c}, {@code --git-dir} …); those that ask
 * git about itself ({@code --version}, {@code --help}, {@code --exec-path}, {@code --html-path}, {@code --man-path},
 * {@code --info-path}, {@code --list-cmds}) are read-only, and so are {@code git} alone and {@code git X --help}. Then:
 *
 * <table>
 * <caption>Decisions</caption>
 * <tr><th>command</th><th>is read-only</th></tr>
 * <tr><td>{@code annotate blame cat-file check-attr check-ignore check-mailmap check-ref-format cherry column
 *   count-objects describe diff diff-files diff-index diff-pairs diff-tree fmt-merge-msg for-each-ref get-tar-commit-id
 *   help last-modified log ls-files ls-remote ls-tree merge-base name-rev patch-id range-diff repo request-pull rev-list
 *   rev-parse shortlog show show-branch show-index show-ref status stripspace var verify-commit verify-pack verify-tag
 *   version whatchanged}</td><td>without {@code --output}</td></tr>
 * <tr><td>{@code branch}</td><td>with listing options alone, and either no name or one that asks for a list
 *   ({@code --list --contains --no-contains --merged --no-merged --points-at})</td></tr>
 * <tr><td>{@code tag}</td><td>the same; also {@code -n} and {@code -v}</td></tr>
 * <tr><td>{@code config}</td><td>{@code get}, {@code list}, {@code --get…}, {@code --list}, or a single key</td></tr>
 * <tr><td>{@code remote}</td><td>alone, {@code -v}, {@code show}, {@code get-url}</td></tr>
 * <tr><td>{@code stash}</td><td>{@code list}, {@code show}, without {@code --output}</td></tr>
 * <tr><td>{@code worktree}, {@code sparse-checkout}</td><td>{@code list}; {@code check-rules}</td></tr>
 * <tr><td>{@code submodule}</td><td>alone, {@code status}, {@code summary}</td></tr>
 * <tr><td>{@code notes}</td><td>alone, {@code list}, {@code show}, {@code get-ref}</td></tr>
 * <tr><td>{@code reflog}</td><td>alone, {@code show}, {@code list}, {@code exists}, an option or a revision first,
 *   without {@code --output}</td></tr>
 * <tr><td>{@code symbolic-ref}</td><td>with one name and {@code -q --short --recurse --no-recurse} alone</td></tr>
 * <tr><td>{@code bisect}</td><td>{@code log}, {@code view}, {@code visualize}, {@code terms}</td></tr>
 * <tr><td>{@code bundle}</td><td>{@code verify}, {@code list-heads}</td></tr>
 * <tr><td>{@code rerere}</td><td>{@code status}, {@code diff}, {@code remaining}</td></tr>
 * <tr><td>{@code refs}</td><td>{@code list}, {@code exists}, {@code verify}</td></tr>
 * <tr><td>{@code commit-graph}, {@code multi-pack-index}</td><td>{@code verify}</td></tr>
 * <tr><td>{@code fsmonitor--daemon}</td><td>{@code status}</td></tr>
 * <tr><td>{@code fsck}</td><td>without {@code --lost-found}</td></tr>
 * <tr><td>{@code grep}</td><td>without {@code -O}: the pager may be an editor</td></tr>
 * <tr><td>{@code hash-object}</td><td>with {@code -t --stdin --stdin-paths --path --no-filters --literally} alone</td></tr>
 * <tr><td>{@code interpret-trailers}</td><td>without {@code --in-place}</td></tr>
 * <tr><td>all others</td><td>never: so {@code archive bugreport difftool fast-export format-patch merge-tree
 *   update-index upload-pack} and every {@code --dry-run}</td></tr>
 * </table>
 */
public final class ReadOnlyCommands {
    private ReadOnlyCommands() {}

    /**
     * Whether the command only reads.
     *
     * @param argv as in {@code start}, with {@code git}, a path to it or a dashed {@code git-foo} first; or as in
     *     {@code alias}, with the command first
     */
    public static boolean isReadOnly(List<String> argv) {
        CommandLine line = CommandLine.of(argv);
        String command = line.command();
        return command == null ? line.isQuestion() : command(command, line.args());
    }

    private static boolean command(String command, List<String> args) {
        if (!args.isEmpty() && args.getFirst().equals("--help")) {
            return true;
        }
        ReadOnlyRule rule = ReadOnlyRule.of(command);
        return rule != null && rule.isReadOnly(args);
    }
}
