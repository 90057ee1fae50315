package taproot.daemon.api;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogEntry;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogPage;
import taproot.daemon.log.StoredCommand;
import taproot.daemon.stream.LogReads;

/**
 * A list of commands on its way out, page by page: a page is read when the one before has gone out, so that a slow client
 * holds neither memory nor a snapshot of the database.
 */
final class CommandList {
    private static final int PAGE_ROWS = 512;
    private static final long PAGE_BYTES = 64 << 10;

    private final CommandQuery query;

    /** Where the next page begins, and how many records are wanted still. Only one thread at a time has it. */
    private long at;

    private long left;
    private boolean begun;
    private boolean any;

    CommandList(CommandQuery query) {
        this.query = query;
        at = query.after();
        left = query.limit() == 0 ? Long.MAX_VALUE : query.limit();
    }

    Flux<byte[]> pieces(LogReads reads) {
        return Flux.<byte[]>generate(sink -> next(reads, sink)).subscribeOn(reads.threads());
    }

    private void next(LogReads reads, SynchronousSink<byte[]> sink) {
        try {
            LogPage page = reads.page(query.page(at, (int) Math.min(left, PAGE_ROWS)), PAGE_BYTES);
            ByteArrayOutputStream piece = new ByteArrayOutputStream();
            if (!begun) {
                write(piece, "{\"commands\":[");
                begun = true;
            }
            page.entries().forEach(entry -> add(piece, entry));
            at = page.upTo();
            boolean end = at >= page.head();
            if (end || left == 0) {
                write(piece, "],\"next\":" + (end ? "null" : Long.toString(at)) + "}\n");
            }
            sink.next(piece.toByteArray());
            if (end || left == 0) {
                sink.complete();
            }
        } catch (LogException e) {
            sink.error(e);
        }
    }

    private void add(ByteArrayOutputStream piece, LogEntry entry) {
        if (entry instanceof StoredCommand command) {
            write(piece, any ? "," : "");
            piece.writeBytes(command.json());
            any = true;
            left--;
        }
    }

    private static void write(ByteArrayOutputStream piece, String text) {
        piece.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
