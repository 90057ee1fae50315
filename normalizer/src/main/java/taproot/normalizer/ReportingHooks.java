package taproot.normalizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The hooks of one life that may be Taproot's own, which nobody wants to see: {@code reference-transaction} and {@code
 * post-rewrite}. One is known to be ours when it became the git process that reports, so that both have one pid, or by
 * its command line; then all of the same program are, also those that had nothing to report. Bounded. Inside the root's
 * compute only.
 */
final class ReportingHooks {
    private static final int MAX_HOOKS = 4096;

    /** What they are called for when there is something to report; otherwise they end without a word. */
    private static final Set<String> REPORTED = Set.of("committed", "amend", "rebase");

    private final Set<Long> reporters;
    private final Map<Long, Children.Child> hooks = new LinkedHashMap<>(4);

    /** Those with nothing to report that have ended, by pid: a git process of that pid may yet be heard of. */
    private final Map<Long, Children.Child> silent = new HashMap<>(4);

    private final Set<String> programs = new HashSet<>(2);
    private long beyond;

    ReportingHooks(Set<Long> reporters) {
        this.reporters = new HashSet<>(reporters);
    }

    static boolean mayReport(ChildStartEvent start) {
        return start.hookName() != null && HookReport.HOOKS.contains(start.hookName());
    }

    void started(Children.Child hook) {
        if (HookReport.isMarked(hook.start.argv())) {
            recognize(program(hook));
        }
        if (hooks.size() < MAX_HOOKS) {
            hooks.putIfAbsent(hook.start.childId(), hook);
        } else {
            beyond++;
        }
    }

    Children.@Nullable Child find(long childId) {
        return hooks.get(childId);
    }

    /** The hook has ended; false where its account goes on: a git process of its pid is to be heard of. */
    boolean exited(Children.Child hook) {
        Long pid = hook.pid;
        if (pid != null && reporters.contains(pid)) {
            recognize(program(hook));
        }
        boolean ours = isOurs(hook);
        if (ours) {
            hooks.remove(hook.start.childId());
        }
        if (pid == null || reports(hook)) {
            return false;
        }
        if (!ours && silent.size() < MAX_HOOKS) {
            silent.put(pid, hook);
        }
        return ours || silent.containsKey(pid);
    }

    /** A git process with this pid has ended; whether it was one of these. */
    boolean ended(long pid) {
        return silent.remove(pid) != null;
    }

    void reportedBy(long pid) {
        reporters.add(pid);
        for (Children.Child hook : List.copyOf(hooks.values())) {
            if (hook.pid != null && hook.pid == pid) {
                recognize(program(hook));
            }
        }
    }

    private void recognize(String program) {
        if (programs.add(program)) {
            hooks.values().removeIf(hook -> hook.exitCode != null && isOurs(hook));
            silent.values().removeIf(this::isOurs);
        }
    }

    /** Gives up what was started after that time: another life of the process did it. */
    List<Children.Child> removeStartedAfter(long time) {
        List<Children.Child> moved = new ArrayList<>(0);
        for (Iterator<Children.Child> all = hooks.values().iterator(); all.hasNext(); ) {
            Children.Child hook = all.next();
            if (hook.start.time() > time) {
                all.remove();
                moved.add(hook);
                if (hook.pid != null) {
                    silent.remove(hook.pid);
                }
            }
        }
        return moved;
    }

    boolean allEnded() {
        return silent.isEmpty();
    }

    /** Those that are somebody else's, as far as is known. */
    List<Children.Child> others() {
        return hooks.values().stream().filter(hook -> !isOurs(hook)).toList();
    }

    long beyond() {
        return programs.isEmpty() ? beyond : 0;
    }

    private boolean isOurs(Children.Child hook) {
        return programs.contains(program(hook));
    }

    private static boolean reports(Children.Child hook) {
        List<String> argv = hook.start.argv();
        return !argv.isEmpty() && REPORTED.contains(argv.getLast());
    }

    private static String program(Children.Child hook) {
        List<String> argv = hook.start.argv();
        return argv.isEmpty() ? "" : argv.getFirst();
    }
}
