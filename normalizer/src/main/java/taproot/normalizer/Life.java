package taproot.normalizer;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One life of one git process: what it said from its start, or from the end of the life before, to its own end. A
 * process has one life, and another for each time it daemonized. Inside the root's compute only.
 */
final class Life {
    private static final Set<String> HOSTS = Set.of("daemon", "gui", "citool", "instaweb");

    /** What calls daemonize() in git, and speaks on under the same SID. */
    private static final Set<String> DAEMONIZING = Set.of("gc", "maintenance", "daemon");

    final GitProcess process;
    final int number;

    /** When the life before ended, for every life but the first. */
    private @Nullable End before;

    private @Nullable List<String> argv;
    private @Nullable List<String> ancestry;
    private @Nullable String gitVersion;
    private @Nullable String worktree;
    private @Nullable String rawWorktree;
    private long versionTime = Fields.ABSENT;
    private long startTime = Fields.ABSENT;
    private long startTAbs;
    private boolean readOnly;
    private boolean exec;
    private boolean host;
    private @Nullable HookReport report;

    private @Nullable ExitEvent exit;
    private @Nullable AtexitEvent atexit;
    private @Nullable SignalEvent signal;

    private @Nullable Names names;
    private @Nullable Details details;
    private @Nullable Children children;

    /** Its raw lines; handed on with the record. */
    Scratch scratch = Scratch.NONE;

    /** How many lines of it were received. */
    long events;

    /** Set once, by the {@link Normalizer}, when it is known. */
    @Nullable
    End end;

    /** When the end was known, on the clock by which waiting times are measured. */
    long endedAt = Normalizer.NEVER;

    /** When what git had sent when the end was read had been read too, on the same clock. */
    long drainedAt = Normalizer.NEVER;

    /** When that was asked for. */
    long drainAskedAt = Normalizer.NEVER;

    /** A life below this owner that was seen to keep its record waiting; asked first. */
    @Nullable
    Life holdup;

    /** What is known for its record of processes that are no longer held: those that ended long before it, and others. */
    @Nullable
    Contents folded;

    /** The life whose record lists this one as still running. */
    @Nullable
    Life detachedFrom;

    /** It owns a record that is finished. */
    boolean owner;

    /** It is on a record, or on none for good; nothing alters it any more. */
    boolean settled;

    Life(GitProcess process, int number, @Nullable Life previous) {
        this.process = process;
        this.number = number;
        this.before = previous == null ? null : previous.end;
        if (previous != null) {
            argv = previous.argv;
            ancestry = previous.ancestry;
            gitVersion = previous.gitVersion;
            worktree = previous.worktree;
            rawWorktree = previous.rawWorktree;
            names = previous.names;
            readOnly = previous.readOnly;
            startTime = previous.startTime;
            startTAbs = previous.startTAbs;
            versionTime = previous.versionTime;
        }
    }

    // What the events say.

    void version(String exe, long time) {
        if (gitVersion == null) {
            gitVersion = exe;
            versionTime = time;
        }
    }

    void start(List<String> arguments, long time, long tAbs) {
        if (argv == null) {
            argv = arguments;
            startTime = time;
            startTAbs = tAbs == Fields.ABSENT ? 0 : tAbs;
            readOnly = isGit(arguments) && ReadOnlyCommands.isReadOnly(arguments);
            report = process.parent == null ? null : HookReport.of(arguments);
        }
    }

    /** Others speak trace2 too, and their words mean something else. */
    private static boolean isGit(List<String> arguments) {
        String first = arguments.isEmpty() ? "" : arguments.getFirst();
        String base = first.substring(first.lastIndexOf('/') + 1);
        return base.equals("git") || base.startsWith("git-");
    }

    void ancestry(List<String> names) {
        ancestry = names;
    }

    /** @param raw the path's bytes, one char each, where they are not UTF-8 */
    void worktree(String path, @Nullable String raw) {
        worktree = path;
        rawWorktree = raw;
    }

    void exec(boolean underWay) {
        exec = underWay;
    }

    void exit(long code, long time, long tAbs) {
        if (exit == null) {
            exit = new ExitEvent(code, time, tAbs);
        }
    }

    void atexit(long code, long time, long tAbs) {
        if (atexit == null) {
            atexit = new AtexitEvent(code, time, tAbs);
        }
    }

    void signal(long signo, long time, long tAbs) {
        if (signal == null) {
            signal = new SignalEvent(signo, time, tAbs);
        }
    }

    /** Which event ended it, if one did; the first atexit counts before anything else. */
    @Nullable
    End heardEnd() {
        if (atexit != null) {
            return end(Outcome.EXITED, atexit.time(), atexit.tAbs(), (int) atexit.code());
        }
        return signal == null ? null : end(Outcome.SIGNALED, signal.time(), signal.tAbs(), null);
    }

    /** The beginning became known after the ending. */
    void measureEndAgain() {
        if (end != null && end.isHeard()) {
            End heard = heardEnd();
            end = heard == null ? end : heard;
        }
    }

    /** What its exit says, for a process that fell silent between exit and atexit. */
    @Nullable
    End exitEnd() {
        return exit == null ? null : end(Outcome.EXITED, exit.time(), exit.tAbs(), (int) exit.code());
    }

    private End end(Outcome outcome, long time, long tAbs, @Nullable Integer code) {
        Long duration = tAbs == Fields.ABSENT || tAbs < beganTAbs() ? null : Long.valueOf(tAbs - beganTAbs());
        long at = time != Fields.ABSENT ? time : beganAt() + (duration == null ? 0 : duration);
        long finishedAt = isBrief() && duration != null ? beganAt() + duration : at;
        Integer signo = signal == null ? null : Integer.valueOf((int) signal.signo());
        return signo == null
                ? new End(outcome, at, tAbs, finishedAt, duration, code, null)
                : new End(Outcome.SIGNALED, at, tAbs, finishedAt, duration, null, signo);
    }

    /**
     * A daemonized process and the one it left behind write to one connection without order: where the ending heard
     * second happened first, the two have to change places.
     */
    void swapEndingsIfReversed(Life earlier) {
        AtexitEvent mine = atexit;
        AtexitEvent theirs = earlier.atexit;
        if (mine == null || theirs == null || mine.tAbs() >= theirs.tAbs() || earlier.settled) {
            return;
        }
        atexit = theirs;
        earlier.atexit = mine;
        ExitEvent exitHere = exit;
        exit = earlier.exit;
        earlier.exit = exitHere;
        earlier.end = earlier.heardEnd();
        before = earlier.end;
        end = null;
        if (earlier.children != null && mine.time() != Fields.ABSENT) {
            earlier.children.moveStartedAfter(mine.time(), children());
        }
    }

    // What follows from it.

    boolean isStarted() {
        return argv != null;
    }

    boolean hasAtexit() {
        return atexit != null;
    }

    boolean isExecuting() {
        return exec;
    }

    /** What it tells of the process above it, being there for nothing else; null for a process of its own. */
    @Nullable
    HookReport report() {
        return report;
    }

    boolean isReadOnly() {
        return readOnly;
    }

    /** Microseconds since the epoch; for a later life, when the one before ended. */
    long beganAt() {
        if (before != null) {
            return before.time();
        }
        long time = startTime != Fields.ABSENT ? startTime : versionTime;
        return time == Fields.ABSENT ? process.sid.timestamp() : time - startTAbs;
    }

    private long beganTAbs() {
        return before == null || before.tAbs() == Fields.ABSENT ? 0 : before.tAbs();
    }

    /** Brief mode gives {@code time} only to version and atexit. */
    private boolean isBrief() {
        return isStarted() && startTime == Fields.ABSENT;
    }

    /** Whether commands below it are commands of their own: it runs for hours and hosts them. */
    boolean isHost() {
        if (settled) {
            return host;
        }
        return HOSTS.contains(role()) || HOSTS.contains(program());
    }

    /**
     * Whether more lines of it may come although its ending was read. Its events came over several connections, which
     * nothing orders; or it is one of the commands that daemonize and its connection is still open, so that another
     * life may have begun, and the ending that was read first may even be that one's.
     */
    boolean mayHaveMoreToSay() {
        if (process.scattered) {
            return true;
        }
        return process.lives.size() == 1 && process.isOpen() && !process.gone && DAEMONIZING.contains(role());
    }

    /** Its command; before that is told, the word that will most likely become it. */
    String role() {
        String command = command();
        if (command == null && argv != null && argv.size() > 1) {
            command = Names.firstWord(argv.subList(1, argv.size()));
        }
        return command == null ? "" : command;
    }

    /** {@code gui} for {@code /usr/lib/git-core/git-gui}; empty for git itself. */
    private String program() {
        String first = argv == null || argv.isEmpty() ? "" : argv.getFirst();
        String base = first.substring(first.lastIndexOf('/') + 1);
        return base.startsWith("git-") ? base.substring("git-".length()) : "";
    }

    List<String> argv() {
        return argv == null ? List.of() : argv;
    }

    /** The names of the processes that started git, nearest first. */
    List<String> ancestry() {
        return ancestry == null ? List.of() : ancestry;
    }

    @Nullable
    String gitVersion() {
        return gitVersion;
    }

    /** Whether it runs a command of git's own, and has not said where. */
    boolean isUnplaced() {
        return worktree == null && names != null && names.isReal();
    }

    @Nullable
    String rawWorktree() {
        return rawWorktree;
    }

    CommandRecord.@Nullable Repository repository() {
        return worktree == null ? null : CommandRecord.Repository.at(worktree);
    }

    @Nullable
    String command() {
        return names == null ? null : names.command();
    }

    /** It has said which command of git's own it runs itself. */
    boolean isActing() {
        return names != null && names.isReal();
    }

    boolean hasChildren() {
        return children != null && !children.isEmpty();
    }

    /** A process with this pid, directly below, was a hook of ours and no child to speak of. */
    void reportedBy(long pid) {
        if (children != null) {
            children.reportedBy(pid);
        }
    }

    boolean allChildrenEnded() {
        return children == null || children.allEnded();
    }

    /** {@code #n} from the second life on. */
    String key() {
        return number == 1 ? process.sid.value() : process.sid.value() + "#" + number;
    }

    /** A life that is over, as its root remembers it. */
    void recall(@Nullable End itsEnd, boolean wasOwner, boolean wasHost) {
        argv = List.of();
        end = itsEnd;
        owner = wasOwner;
        host = wasHost;
        settled = true;
    }

    /** Notes so many things that did not fit into a list of the record. */
    void leftOut(String list, long n) {
        if (n > 0) {
            details().beyond.merge(list, n, Long::sum);
        }
    }

    /** Notes a line of this process that was dropped. */
    void dropped(DropReason reason) {
        details().beyond.merge(reason.wire(), 1L, Long::sum);
    }

    /** Forgets everything but when it began and ended: its record has the rest. */
    void settle() {
        host = isHost();
        settled = true;
        details = null;
        children = null;
        report = null;
        folded = null;
        holdup = null;
        scratch = Scratch.NONE;
    }

    Names names() {
        Names known = names;
        if (known == null) {
            known = new Names();
            names = known;
        }
        return known;
    }

    Details details() {
        Details known = details;
        if (known == null) {
            known = new Details();
            details = known;
        }
        return known;
    }

    Contents folded() {
        Contents known = folded;
        if (known == null) {
            known = new Contents();
            folded = known;
        }
        return known;
    }

    /** To read from only. */
    Details detailsIfAny() {
        return details == null ? Details.NONE : details;
    }

    Children children() {
        Children known = children;
        if (known == null) {
            known = new Children(process);
            children = known;
        }
        return known;
    }
}
