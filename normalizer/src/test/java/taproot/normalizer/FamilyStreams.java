package taproot.normalizer;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What the processes of a {@link Family} would have sent: the lines of each connection, and when it closed. */
record FamilyStreams(Family family) {

    private static final String CHILD = ",\"child_class\":\"?\",\"use_shell\":false,\"argv\":[\"git\"]";
    private static final String HOOK =
            ",\"child_class\":\"hook\",\"hook_name\":\"reference-transaction\",\"argv\":[\"hook\",\"committed\"]";

    /** One stream per connection. */
    List<Recording.ProcessStream> streams() {
        List<Recording.ProcessStream> streams = new ArrayList<>();
        for (Family.Proc proc : family.procs) {
            if (!proc.isHeard()) {
                continue;
            }
            List<Recording.TimedLine> lines = lines(proc);
            if (proc.isPerEvent()) {
                for (Recording.TimedLine line : lines) {
                    streams.add(new Recording.ProcessStream(proc.sid, List.of(line)));
                }
            } else {
                streams.add(new Recording.ProcessStream(proc.sid, lines));
            }
        }
        return streams;
    }

    /** When the connections close, in the order of {@link #streams}. */
    List<Long> closings() {
        List<Long> closings = new ArrayList<>();
        for (Family.Proc proc : family.procs) {
            if (!proc.isHeard()) {
                continue;
            }
            if (proc.isPerEvent()) {
                lines(proc).forEach(line -> closings.add(line.time()));
            } else {
                closings.add(proc.over() + proc.heldOpen());
            }
        }
        return closings;
    }

    private List<Recording.TimedLine> lines(Family.Proc proc) {
        List<Recording.TimedLine> lines = new ArrayList<>();
        if (!proc.gene.startless()) {
            say(lines, proc, "version", proc.began, ",\"evt\":\"3\",\"exe\":\"2.55.0\"");
            String command = proc.isReport() ? "rev-parse" : proc.gene.host() ? "daemon" : "work" + proc.index;
            String argv = "\"git\",\"" + command + "\"" + (proc.isReport() ? report(proc) : "");
            say(lines, proc, "start", proc.began, tAbs(proc, proc.began) + ",\"argv\":[" + argv + "]");
            say(lines, proc, "cmd_name", proc.began, ",\"name\":\"" + command + "\",\"hierarchy\":\"" + command + "\"");
        } else {
            say(lines, proc, "cmd_mode", proc.began, ",\"name\":\"late\"");
        }
        for (Family.Proc child : family.procs) {
            if (child.parent == proc) {
                sayOfChild(lines, proc, child);
            }
        }
        if (proc.successor != null || proc.ending == Family.Ending.EXEC) {
            say(
                    lines,
                    proc,
                    "exec",
                    proc.successor == null ? proc.end - 1_000 : proc.end,
                    ",\"exec_id\":0,\"argv\":[\"git\"]");
        } else {
            sayEnding(lines, proc, proc.ending, proc.end, proc.gene.code());
        }
        if (proc.secondEnd > 0) {
            say(lines, proc, "region_enter", proc.end + 1_000, ",\"nesting\":1");
            sayEnding(lines, proc, proc.gene.secondEnding(), proc.secondEnd, proc.gene.secondCode());
        }
        lines.sort(Comparator.comparingLong(Recording.TimedLine::time));
        return lines;
    }

    private static String report(Family.Proc proc) {
        return ",\"--sq-quote\",\"taproot:refs\",\"" + "1".repeat(40) + "\",\"" + "2".repeat(40) + "\",\"refs/r/"
                + proc.index + "\"";
    }

    private static void sayOfChild(List<Recording.TimedLine> lines, Family.Proc proc, Family.Proc child) {
        long at = child.began - 500;
        int life = proc.lifeAt(at);
        if (life == 0 || child.link == Family.Link.NONE || child.link == Family.Link.SUCCESSOR) {
            return;
        }
        say(lines, proc, "child_start", at, ",\"child_id\":" + child.index + (child.isReport() ? HOOK : CHILD));
        long ended = child.pidEnd() + 300;
        if (proc.lifeAt(ended) == life) {
            long pid = child.link == Family.Link.DIRECT ? child.pid : 90_000 + child.index;
            say(
                    lines,
                    proc,
                    "child_exit",
                    ended,
                    ",\"child_id\":" + child.index + ",\"pid\":" + pid + ",\"code\":" + child.codeSeen()
                            + ",\"t_rel\":0.1");
        }
    }

    private static void sayEnding(
            List<Recording.TimedLine> lines, Family.Proc proc, Family.Ending ending, long at, int code) {
        switch (ending) {
            case ATEXIT -> {
                say(lines, proc, "exit", at, tAbs(proc, at) + ",\"code\":" + code);
                say(lines, proc, "atexit", at, tAbs(proc, at) + ",\"code\":" + code);
            }
            case EXIT_ONLY -> say(lines, proc, "exit", at, tAbs(proc, at) + ",\"code\":" + code);
            case SIGNAL -> say(lines, proc, "signal", at, tAbs(proc, at) + ",\"signo\":13");
            case KILLED, EXEC -> {}
        }
    }

    private static String tAbs(Family.Proc proc, long at) {
        return String.format(Locale.ROOT, ",\"t_abs\":%.6f", (at - proc.began) / 1e6);
    }

    private static void say(List<Recording.TimedLine> lines, Family.Proc proc, String event, long at, String rest) {
        String line = "{\"event\":\"" + event + "\",\"sid\":\"" + proc.sid + "\",\"thread\":\"main\",\"time\":\""
                + Instant.EPOCH.plus(at, ChronoUnit.MICROS) + "\"" + rest + "}";
        lines.add(new Recording.TimedLine(line.getBytes(StandardCharsets.UTF_8), at));
    }
}
