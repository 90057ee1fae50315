package taproot.daemon.stream;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import taproot.daemon.log.CommandFacts;
import taproot.daemon.log.CommandLog;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.CommittedCommand;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogPage;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.LogStatus;

/**
 * One subscriber: a cursor over the log and the demand of whoever takes what it says. Without demand it costs nothing: it
 * neither reads nor gathers, and goes on where it stood. Event loop only.
 */
final class Follower implements Subscription {
    private static final int PAGE_ROWS = 512;

    private final CommandStream stream;
    private final CommandLog log;
    private final LogReads reads;
    private final StreamRequest request;
    private final Predicate<CommandFacts> wanted;
    private final Predicate<CommandFacts> wantedRunning;
    private final Subscriber<? super byte[]> client;

    /** The log that the cursor is of; empty before the first piece. */
    private String logId = "";

    private long cursor;
    private long demand;
    private boolean advancing;
    private boolean quiet;
    private boolean gone;
    private @Nullable Disposable reading;

    /** Since when he has not taken what there is for him; 0 while he does. */
    private long stuckSince;

    /** The keys of the running commands that he was told of; those that are over are taken out. */
    private final Set<String> told = new HashSet<>();

    private CommandStream.@Nullable Snapshot seen;

    Follower(
            CommandStream stream,
            CommandLog log,
            LogReads reads,
            StreamRequest request,
            Subscriber<? super byte[]> client) {
        this.stream = stream;
        this.log = log;
        this.reads = reads;
        this.request = request;
        this.client = client;
        wanted = request.filter().predicate();
        wantedRunning = request.filter().ofRunning().predicate();
    }

    boolean wantsLive() {
        return request.live();
    }

    @Override
    public void request(long n) {
        demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
        stuckSince = 0;
        advance();
    }

    @Override
    public void cancel() {
        gone = true;
        if (reading != null) {
            reading.dispose();
        }
        stream.leave(this);
    }

    /** Sends what there is, as far as somebody wants it. */
    void advance() {
        if (advancing) {
            return; // Whoever takes a piece asks for the next one within the call that hands it to him.
        }
        advancing = true;
        try {
            while (demand > 0 && reading == null && !gone) {
                byte[] next = next();
                if (next.length == 0) {
                    return;
                }
                send(next);
            }
        } finally {
            advancing = false;
            if (demand == 0 && stuckSince == 0 && cursor < log.head()) {
                stuckSince = System.nanoTime() | 1;
            }
        }
    }

    /** Since when he has not taken what there is for him, or 0. */
    long stuckSince() {
        return stuckSince;
    }

    private void send(byte[] piece) {
        demand--;
        quiet = false;
        client.onNext(piece);
    }

    /** Says that the connection lives, if nothing else has since the last time. */
    void beat() {
        advance();
        if (quiet && demand > 0 && reading == null && !gone) {
            send(EventText.HEARTBEAT);
        }
        quiet = true;
    }

    /** What is to be said now; empty if there is nothing, or it is being read. */
    private byte[] next() {
        EventText text = new EventText();
        LogStatus status = log.status();
        String current = status.logId();
        if (current == null) {
            return text.toBytes();
        }
        greet(text, current, status.head());
        started(text);
        newest(text);
        if (text.isEmpty() && cursor < log.status().head()) {
            read();
        }
        return text.toBytes();
    }

    /** Says at the beginning which log this is, and whenever what the subscriber knows is worth nothing any more. */
    private void greet(EventText text, String current, long head) {
        if (current.equals(logId)) {
            return;
        }
        boolean first = logId.isEmpty();
        logId = current;
        Long after = request.after();
        boolean strange = !first
                || (after != null && after > head)
                || (request.logId() != null && !request.logId().equals(current));
        if (first) {
            text.log("log", current, head);
        }
        if (strange) {
            text.log("reset", current, head);
        }
        cursor = strange ? 0 : after == null ? head : after;
    }

    /** A running command is told of before its record: so only from a look at a time that the cursor has not passed. */
    private void started(EventText text) {
        CommandStream.Snapshot live = stream.live();
        if (!request.live() || live == seen || cursor > live.head()) {
            return;
        }
        seen = live;
        told.retainAll(live.commands().stream().map(Running::key).collect(Collectors.toSet()));
        for (Running command : live.commands()) {
            if (wantedRunning.test(command.facts()) && told.add(command.key())) {
                text.started(command.json());
            }
        }
    }

    private void newest(EventText text) {
        while (!text.isFull()) {
            CommittedCommand command = log.newest(logId, cursor + 1);
            if (command == null) {
                return;
            }
            cursor++;
            if (wanted.test(command.facts())) {
                text.command(command.stored());
            }
        }
    }

    private void read() {
        CommandQuery next = request.filter().page(cursor, PAGE_ROWS);
        String expected = logId;
        reading = reads.read(reader -> page(reader, expected, next))
                .subscribe(
                        page -> stream.loop().execute(() -> take(page)),
                        failure -> stream.loop().execute(() -> fail(failure)));
    }

    /** Nothing, if another log has come to that place; soon the status will say so. */
    private static LogPage page(LogReader reader, String expected, CommandQuery next) throws LogException {
        return reader.logId().equals(expected)
                ? reader.page(next, EventText.FULL)
                : new LogPage(List.of(), next.after(), next.after());
    }

    private void take(LogPage page) {
        reading = null;
        if (gone) {
            return;
        }
        boolean further = page.upTo() > cursor;
        cursor = page.upTo();
        EventText text = new EventText();
        page.entries().forEach(text::add);
        if (!text.isEmpty()) {
            send(text.toBytes()); // It was asked for before the reading began, and nothing else was sent since.
        }
        if (further) {
            advance();
        }
    }

    private void fail(Throwable failure) {
        if (!gone) {
            cancel();
            client.onError(failure);
        }
    }
}
