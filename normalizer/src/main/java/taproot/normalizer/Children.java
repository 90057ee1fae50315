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
 * What one life started: entries for the record, and the account by which it is known that every child which was a git
 * process has ended. Bounded; what does not fit is counted, and then the account never closes. Inside the root's
 * compute only.
 */
final class Children {
    static final int MAX_ENTRIES = 256;
    private static final int MAX_AWAITED = 4096;

    /** One child; the pid and the end come later, or never. */
    static final class Child {
        final ChildStartEvent start;
        boolean background;

        @Nullable
        Long pid;

        @Nullable
        Long durationUs;

        @Nullable
        Integer exitCode;

        Child(ChildStartEvent start) {
            this.start = start;
        }
    }

    private final Map<Long, Child> entries = new LinkedHashMap<>(4);
    private final Set<Long> running = new HashSet<>(4);
    private final Set<Long> awaitedPids = new HashSet<>(4);
    private final Set<Long> endedPids = new HashSet<>(4);
    private final Map<Long, Integer> codes = new HashMap<>(4);

    /** What was read before the start it belongs to, where every event has a connection of its own. */
    private final Map<Long, Event> early = new HashMap<>(0);

    private final GitProcess process;

    /** Made for the first of them. */
    private @Nullable ReportingHooks hooks;

    private long beyond;
    private boolean overflowed;

    Children(GitProcess process) {
        this.process = process;
    }

    void started(ChildStartEvent start) {
        if (ReportingHooks.mayReport(start)) {
            hooks().started(new Child(start));
        } else if (entries.size() < MAX_ENTRIES) {
            entries.putIfAbsent(start.childId(), new Child(start));
        } else {
            beyond++;
        }
        remember(running, start.childId());
        Event ending = early.remove(start.childId());
        if (ending instanceof ChildExitEvent exit) {
            exited(exit);
        } else if (ending instanceof ChildReadyEvent ready) {
            ready(ready);
        }
    }

    void exited(ChildExitEvent exit) {
        if (isEarly(exit.childId(), exit)) {
            return;
        }
        Child hook = hooks == null ? null : hooks.find(exit.childId());
        Child child = hook != null ? hook : entries.get(exit.childId());
        boolean couldStart = exit.pid() > 0;
        if (child != null) {
            child.pid = couldStart ? exit.pid() : null;
            child.durationUs = exit.tRel() == Fields.ABSENT ? null : exit.tRel();
            child.exitCode = (int) exit.code();
        }
        boolean silent = hook != null && hooks().exited(hook);
        if (silent && endedPids.remove(exit.pid())) {
            hooks().ended(exit.pid());
        } else if (couldStart && !silent) {
            if (codes.size() < MAX_AWAITED) {
                codes.put(exit.pid(), (int) exit.code());
            }
            await(exit.pid());
        }
    }

    void ready(ChildReadyEvent ready) {
        if (isEarly(ready.childId(), ready)) {
            return;
        }
        Child child = entries.get(ready.childId());
        if (child != null) {
            child.background = true;
            child.pid = ready.pid() > 0 ? ready.pid() : null;
        }
        if (ready.pid() > 0) {
            await(ready.pid());
        }
    }

    /** Gives up what was started after that time: another life of the process did it. */
    void moveStartedAfter(long time, Children to) {
        for (Child hook : hooks == null ? List.<Child>of() : hooks.removeStartedAfter(time)) {
            to.hooks().started(hook);
            if (running.remove(hook.start.childId())) {
                to.running.add(hook.start.childId());
            } else if (!to.hooks().exited(hook)) {
                moveAccount(hook, to);
            }
        }
        for (Iterator<Map.Entry<Long, Child>> all = entries.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Long, Child> entry = all.next();
            Child child = entry.getValue();
            if (child.start.time() > time) {
                all.remove();
                to.entries.put(entry.getKey(), child);
                if (running.remove(entry.getKey())) {
                    to.running.add(entry.getKey());
                }
                moveAccount(child, to);
            }
        }
    }

    /** A git process with this pid, directly below, reported to Taproot: a hook became it, and was no more than that. */
    void reportedBy(long pid) {
        if (hooks != null) {
            hooks.reportedBy(pid);
        }
    }

    private ReportingHooks hooks() {
        ReportingHooks known = hooks;
        if (known == null) {
            known = new ReportingHooks(process.reporters());
            hooks = known;
        }
        return known;
    }

    private void moveAccount(Child child, Children to) {
        Long pid = child.pid;
        if (pid != null) {
            if (awaitedPids.remove(pid)) {
                to.await(pid);
            }
            Integer code = codes.remove(pid);
            if (code != null) {
                to.codes.put(pid, code);
            }
        }
    }

    private boolean isEarly(long childId, Event ending) {
        if (running.remove(childId) || overflowed) {
            return false;
        }
        if (early.size() < MAX_ENTRIES) {
            early.put(childId, ending);
        }
        return true;
    }

    /** A git process with this pid, directly below, said its last word. */
    void ended(long pid) {
        if (!awaitedPids.remove(pid) && !(hooks != null && hooks.ended(pid))) {
            remember(endedPids, pid);
        }
    }

    /** The code this process's parent saw it end with. */
    @Nullable
    Integer codeOf(long pid) {
        return codes.get(pid);
    }

    /**
     * Whether every child that was started is known as a git process that has ended, or could not be started, or is a
     * hook that has nothing to report.
     */
    boolean allEnded() {
        return running.isEmpty() && awaitedPids.isEmpty() && (hooks == null || hooks.allEnded()) && !overflowed;
    }

    boolean isEmpty() {
        return entries.isEmpty() && beyond == 0 && hooks == null;
    }

    /** Without the hooks that report to Taproot. */
    Iterable<Child> entries() {
        if (hooks == null) {
            return entries.values();
        }
        List<Child> all = new ArrayList<>(entries.values());
        all.addAll(hooks.others());
        return all;
    }

    long beyond() {
        return beyond + (hooks == null ? 0 : hooks.beyond());
    }

    private void await(long pid) {
        if (!endedPids.remove(pid)) {
            remember(awaitedPids, pid);
        }
    }

    private void remember(Set<Long> ids, long id) {
        if (ids.size() < MAX_AWAITED) {
            ids.add(id);
        } else {
            overflowed = true;
        }
    }
}
