package taproot.daemon.sink.iceberg;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The protocol between daemons and a table, small enough to be looked at whole: every order in which its steps can happen,
 * with a crash at each of them, an answer that is lost, a request that arrives when nobody waits for it any more. A daemon has
 * batches to bring, one after the other, and for each: stores what it is, looks for it where it is uncertain, writes files,
 * reads the head, sends a commit bound to that head, hears of it or does not, stores its cursor. Whatever may happen next may
 * take any time, so a stopped process is among the orders.
 */
final class ProtocolModel {
    /** What a daemon does, and what its twins leave out. */
    enum Rule {
        /** As {@link IcebergSink} and {@link Append} do it. */
        GUARDED,
        /** Nobody looks whether the batch is there. */
        UNGUARDED,
        /** It is looked for once, before the files are written, and not in the head that each try is bound to. */
        LOOKED_FOR_ONCE,
        /** Files are removed when no answer came, as if that were a failure. */
        UNKNOWN_IS_FAILED
    }

    /** How much there is to look at; crashes and lost answers are of all daemons together. */
    record Bounds(int daemons, int batches, int crashes, int lost) {}

    /**
     * What was seen.
     *
     * @param ends states in which everything is done
     * @param violation what must not be; null if there is nothing of the kind
     * @param steps how it came to that, by the shortest way
     */
    record Result(int states, int ends, @Nullable String violation, List<String> steps) {}

    private enum At {
        STORE,
        LOOK,
        WRITE,
        READ_HEAD,
        SEND,
        WAIT,
        STORE_CURSOR,
        DONE
    }

    /**
     * A daemon. On its disk, and so there after a crash: {@code brought} and {@code stored}.
     *
     * @param brought batches it knows to be there
     * @param stored whether the next one is stored
     * @param uncertain whether that may have been tried before
     * @param attempt the number of the last attempt whose files were written
     * @param base the head that the next try is bound to
     */
    private record Daemon(At at, int brought, boolean stored, boolean uncertain, int attempt, int base) {
        Daemon at(At next) {
            return new Daemon(next, brought, stored, uncertain, attempt, base);
        }
    }

    /** A commit: {@code daemon} brings {@code batch} with the files of {@code attempt}. */
    private record Commit(int daemon, int batch, int attempt) {
        boolean sameBatch(int ofDaemon, int thatBatch) {
            return daemon == ofDaemon && batch == thatBatch;
        }
    }

    private record Request(Commit commit, int base, boolean waitedFor) {}

    private record State(
            List<Daemon> daemons,
            List<Commit> table,
            Set<Request> requests,
            Set<Commit> removed,
            int crashes,
            int lost) {
        State with(int daemon, Daemon next) {
            List<Daemon> all = new ArrayList<>(daemons);
            all.set(daemon, next);
            return new State(List.copyOf(all), table, requests, removed, crashes, lost);
        }

        State with(Set<Request> inFlight) {
            return new State(daemons, table, Set.copyOf(inFlight), removed, crashes, lost);
        }
    }

    private record Seen(State state, @Nullable Seen before, String step) {}

    private final Rule rule;
    private final Bounds bounds;
    private final Set<State> known = new HashSet<>();
    private final Queue<Seen> next = new ArrayDeque<>();

    private ProtocolModel(Rule rule, Bounds bounds) {
        this.rule = rule;
        this.bounds = bounds;
    }

    static Result explore(Rule rule, Bounds bounds) {
        return new ProtocolModel(rule, bounds).explore();
    }

    private Result explore() {
        Daemon fresh = new Daemon(At.STORE, 0, false, false, 0, 0);
        State start = new State(
                java.util.Collections.nCopies(bounds.daemons(), fresh),
                List.of(),
                Set.of(),
                Set.of(),
                bounds.crashes(),
                bounds.lost());
        add(start, null, "start");
        int ends = 0;
        while (!next.isEmpty()) {
            Seen seen = next.remove();
            String violation = violation(seen.state());
            if (violation != null) {
                return new Result(known.size(), ends, violation, steps(seen));
            }
            if (isEnd(seen.state())) {
                ends++;
            }
            expand(seen);
        }
        return new Result(known.size(), ends, null, List.of());
    }

    private void add(State state, @Nullable Seen before, String step) {
        if (known.add(state)) {
            next.add(new Seen(state, before, step));
        }
    }

    private static List<String> steps(Seen last) {
        Deque<String> steps = new ArrayDeque<>();
        for (Seen seen = last; seen != null; seen = seen.before()) {
            steps.addFirst(seen.step());
        }
        return List.copyOf(steps);
    }

    private boolean isEnd(State state) {
        return state.requests().isEmpty() && state.daemons().stream().allMatch(daemon -> daemon.at() == At.DONE);
    }

    private @Nullable String violation(State state) {
        for (int i = 0; i < state.table().size(); i++) {
            Commit commit = state.table().get(i);
            List<Commit> before = state.table().subList(0, i);
            if (before.stream().anyMatch(other -> other.sameBatch(commit.daemon(), commit.batch()))) {
                return "twice in the table: " + commit;
            }
            if (before.stream()
                            .filter(other -> other.daemon() == commit.daemon())
                            .count()
                    != commit.batch()) {
                return "out of order: " + commit;
            }
            if (state.removed().contains(commit)) {
                return "in the table without its files: " + commit;
            }
        }
        for (int d = 0; d < state.daemons().size(); d++) {
            int daemon = d;
            long there = state.table().stream()
                    .filter(commit -> commit.daemon() == daemon)
                    .count();
            if (there < state.daemons().get(d).brought()) {
                return "believed to be in the table, and is not: of daemon " + d;
            }
        }
        return null;
    }

    private void expand(Seen seen) {
        State state = seen.state();
        for (int d = 0; d < state.daemons().size(); d++) {
            step(seen, d);
            crash(seen, d);
            giveUp(seen, d);
        }
        for (Request request : state.requests()) {
            arrive(seen, request);
        }
    }

    private void step(Seen seen, int d) {
        State state = seen.state();
        Daemon daemon = state.daemons().get(d);
        String who = "daemon " + d + " ";
        switch (daemon.at()) {
            case STORE ->
                add(
                        state.with(d, new Daemon(At.WRITE, daemon.brought(), true, false, daemon.attempt(), 0)),
                        seen,
                        who + "stores its batch");
            case LOOK ->
                add(
                        rule != Rule.UNGUARDED && find(state, d) != null
                                ? there(state, d)
                                : state.with(d, daemon.at(At.WRITE)),
                        seen,
                        who + "looks for its batch");
            case WRITE ->
                add(
                        state.with(
                                d,
                                new Daemon(
                                        At.READ_HEAD,
                                        daemon.brought(),
                                        true,
                                        daemon.uncertain(),
                                        daemon.attempt() + 1,
                                        0)),
                        seen,
                        who + "writes its files");
            case READ_HEAD -> add(readHead(state, d), seen, who + "reads the head");
            case SEND -> {
                Set<Request> requests = new HashSet<>(state.requests());
                requests.add(new Request(commit(d, daemon), daemon.base(), true));
                add(state.with(requests).with(d, daemon.at(At.WAIT)), seen, who + "sends its commit");
            }
            case STORE_CURSOR -> {
                int brought = daemon.brought() + 1;
                At after = brought == bounds.batches() ? At.DONE : At.STORE;
                add(
                        state.with(d, new Daemon(after, brought, false, false, daemon.attempt(), 0)),
                        seen,
                        who + "stores its cursor");
            }
            case WAIT, DONE -> {}
        }
    }

    private State readHead(State state, int d) {
        boolean isThere = find(state, d) != null;
        boolean looks = rule == Rule.GUARDED || rule == Rule.UNKNOWN_IS_FAILED;
        if (isThere && looks) {
            return there(state, d);
        }
        Daemon daemon = state.daemons().get(d);
        return state.with(
                d,
                new Daemon(
                        At.SEND,
                        daemon.brought(),
                        true,
                        daemon.uncertain(),
                        daemon.attempt(),
                        state.table().size()));
    }

    /** The batch is known to be there: what other attempts at it have written is removed. */
    private State there(State state, int d) {
        Daemon daemon = state.daemons().get(d);
        Commit found = find(state, d);
        Set<Commit> removed = new HashSet<>(state.removed());
        for (int attempt = 1; found != null && attempt <= daemon.attempt(); attempt++) {
            if (attempt != found.attempt()) {
                removed.add(new Commit(d, daemon.brought(), attempt));
            }
        }
        return new State(
                        state.daemons(),
                        state.table(),
                        state.requests(),
                        Set.copyOf(removed),
                        state.crashes(),
                        state.lost())
                .with(d, daemon.at(At.STORE_CURSOR));
    }

    private static Commit commit(int d, Daemon daemon) {
        return new Commit(d, daemon.brought(), daemon.attempt());
    }

    private static @Nullable Commit find(State state, int d) {
        int batch = state.daemons().get(d).brought();
        return state.table().stream()
                .filter(commit -> commit.sameBatch(d, batch))
                .findFirst()
                .orElse(null);
    }

    /** Everything in its memory is gone; what it has sent is not. */
    private void crash(Seen seen, int d) {
        State state = seen.state();
        Daemon daemon = state.daemons().get(d);
        if (state.crashes() == 0 || daemon.at() == At.DONE) {
            return;
        }
        Daemon again = new Daemon(
                daemon.stored() ? At.LOOK : At.STORE,
                daemon.brought(),
                daemon.stored(),
                daemon.stored(),
                daemon.attempt(),
                0);
        State left = nobodyWaits(state, d);
        add(
                new State(
                                left.daemons(),
                                left.table(),
                                left.requests(),
                                left.removed(),
                                state.crashes() - 1,
                                state.lost())
                        .with(d, again),
                seen,
                "daemon " + d + " is killed and started");
    }

    /** No answer in time: it is on its way, or lost. */
    private void giveUp(Seen seen, int d) {
        State state = seen.state();
        Daemon daemon = state.daemons().get(d);
        if (state.lost() == 0 || daemon.at() != At.WAIT) {
            return;
        }
        Set<Commit> removed = new HashSet<>(state.removed());
        if (rule == Rule.UNKNOWN_IS_FAILED) {
            removed.add(commit(d, daemon));
        }
        State left = nobodyWaits(state, d);
        Daemon uncertain = new Daemon(At.LOOK, daemon.brought(), true, true, daemon.attempt(), 0);
        add(
                new State(
                                left.daemons(),
                                left.table(),
                                left.requests(),
                                Set.copyOf(removed),
                                state.crashes(),
                                state.lost() - 1)
                        .with(d, uncertain),
                seen,
                "daemon " + d + " waits no longer");
    }

    private static State nobodyWaits(State state, int d) {
        Set<Request> requests = new HashSet<>();
        for (Request request : state.requests()) {
            boolean waitedFor = request.waitedFor() && request.commit().daemon() != d;
            requests.add(new Request(request.commit(), request.base(), waitedFor));
        }
        return state.with(requests);
    }

    /** The catalog gets a request: it is done if the head is still the one it is bound to. Whoever waits hears of it, or not. */
    private void arrive(Seen seen, Request request) {
        State state = seen.state();
        boolean accepted = request.base() == state.table().size();
        List<Commit> table = new ArrayList<>(state.table());
        if (accepted) {
            table.add(request.commit());
        }
        Set<Request> requests = new HashSet<>(state.requests());
        requests.remove(request);
        State after = new State(
                state.daemons(),
                List.copyOf(table),
                Set.copyOf(requests),
                state.removed(),
                state.crashes(),
                state.lost());
        int d = request.commit().daemon();
        String what = "the catalog " + (accepted ? "commits " : "refuses ") + request.commit();
        if (request.waitedFor()) {
            State heard = accepted
                    ? there(after, d)
                    : after.with(d, after.daemons().get(d).at(At.READ_HEAD));
            add(heard, seen, what);
        }
        if (!request.waitedFor() || state.lost() > 0) {
            add(after, seen, what + ", and nobody hears of it");
        }
    }
}
