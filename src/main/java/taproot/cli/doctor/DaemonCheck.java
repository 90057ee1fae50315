package taproot.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import taproot.cli.control.ControlClient;
import taproot.cli.control.Replies;
import taproot.cli.gitconfig.Git;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.Version;
import taproot.cli.text.Json;
import taproot.cli.text.ShellText;
import taproot.daemon.config.Places;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;
import taproot.daemon.log.StoredCommand;
import taproot.daemon.metrics.Counter;
import taproot.normalizer.DropReason;

/** Looks at the daemon: whether it answers, whether a real git command arrives in its log, and what it has lost. */
final class DaemonCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What is lost, and the key with which less is. */
    private static final Map<String, String> REMEDIES = Map.of(
            DropReason.OVERLONG.wire(), "ingest.line_limit=64MiB",
            DropReason.NO_MEMORY.wire(), "roots.scratch_total=256MiB",
            Counter.SCRATCH_BYTES_SHED.wire(), "roots.scratch_total=256MiB",
            Counter.RECORDS_QUEUE_FULL.wire(), "log.queue_limit=128MiB",
            Counter.RECORDS_UNWRITTEN.wire(), "shutdown_grace=30s");

    private static final List<Counter> LOSSES = List.of(
            Counter.RECORDS_QUEUE_FULL,
            Counter.RECORDS_UNWRITTEN,
            Counter.RECORDS_REFUSED,
            Counter.SCRATCH_BYTES_SHED,
            Counter.ACCEPTS_FAILED,
            Counter.LOG_ERRORS,
            Counter.ROOTS_GIVEN_UP);

    private final Git git;
    private final Places places;
    private final PlaceOptions options;
    private final ControlClient daemon;
    private final List<Finding> findings = new ArrayList<>();

    DaemonCheck(Git git, Places places, PlaceOptions options) {
        this.git = git;
        this.places = places;
        this.options = options;
        this.daemon = new ControlClient(places.controlSocket());
    }

    List<Finding> findings() {
        String pid = pid();
        if (pid != null && state(pid) == 'T') {
            findings.add(Finding.problem(
                    "daemon", "the daemon, process " + pid + ", is stopped: git waits for it", "kill -CONT " + pid));
            return findings;
        }
        Json status;
        try {
            status = Replies.json(daemon.ask("GET", "/v1/status", PATIENCE));
        } catch (CommandFailedException e) {
            findings.add(unreachable(pid, String.valueOf(e.getMessage())));
            return findings;
        }
        answers(status);
        losses(status);
        endToEnd();
        return findings;
    }

    private Finding unreachable(@Nullable String pid, String message) {
        if (pid == null) {
            String what = message.contains(";") ? message.substring(0, message.lastIndexOf(';')) : message;
            return Finding.problem("daemon", what, options.command("run"));
        }
        return Finding.problem("daemon", message, "kill -9 " + pid + "; " + options.command("run"));
    }

    /** Of the daemon that left its number beside the socket, if that still runs. */
    private @Nullable String pid() {
        try {
            String pid = Files.readString(places.runtimeDirectory().resolve("taproot.pid"))
                    .strip();
            return pid.matches("\\d+") && Files.exists(Path.of("/proc", pid)) ? pid : null;
        } catch (IOException e) {
            return null; // None runs, or none that left its number.
        }
    }

    private static char state(String pid) {
        try {
            String stat = Files.readString(Path.of("/proc", pid, "stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return '?';
        }
    }

    private void answers(Json status) {
        String ours = Version.current().text();
        String pid = Long.toString(status.number("pid"));
        if (status.text("version").equals(ours)) {
            findings.add(Finding.ok("daemon", "process " + pid + " answers"));
        } else {
            findings.add(Finding.note(
                    "daemon",
                    "process " + pid + " answers, but is taproot " + status.text("version") + ", and this is " + ours,
                    "kill " + pid + "; " + options.command("run")));
        }
        String state = status.object("log").text("state");
        if (!state.equals("open") && !state.equals("opening")) {
            String latest = status.objects("errors").stream()
                    .map(error -> ": " + ShellText.oneLine(error.text("message")))
                    .reduce((first, last) -> last)
                    .orElse("");
            findings.add(Finding.problem(
                    "log",
                    "the daemon's log is " + state + latest,
                    "df -h " + ShellText.of(places.stateDirectory().toString())));
        }
    }

    private void losses(Json status) {
        int before = findings.size();
        Json dropped = status.object("events").object("dropped");
        for (DropReason reason : DropReason.values()) {
            lost(dropped.number(reason.wire()), reason.wire(), "lines dropped: " + reason.meaning());
        }
        Json counters = status.object("counters");
        for (Counter counter : LOSSES) {
            lost(counters.number(counter.wire()), counter.wire(), counter.meaning());
        }
        if (findings.size() == before) {
            findings.add(Finding.ok("losses", "nothing was dropped since the daemon started"));
        }
    }

    private void lost(long n, String wire, String meaning) {
        if (n > 0) {
            String remedy = REMEDIES.get(wire);
            findings.add(Finding.note(
                    "losses", n + " " + meaning, remedy == null ? null : options.command("run --set " + remedy)));
        }
    }

    /** A git command of the user's, in the user's environment, all the way; told apart by a session of its own. */
    private void endToEnd() {
        String session = "taproot-doctor-" + UUID.randomUUID();
        try {
            Git.Ran ran = git.runTraced(
                    List.of("version"), Map.of("GIT_TRACE2_PARENT_SID", session, "GIT_TRACE2_DST_DEBUG", "1"));
            Replies.body(daemon.ask("POST", "/v1/barrier?timeout=5s", PATIENCE.plusSeconds(2)));
            StoredCommand found = find(session);
            findings.add(
                    found != null
                            ? Finding.ok("end to end", "a git version that was run just now is record " + found.seq())
                            : missing(ran));
        } catch (CommandFailedException | LogException e) {
            findings.add(Finding.problem("end to end", String.valueOf(e.getMessage()), options.command("status")));
        }
    }

    private @Nullable StoredCommand find(String session) throws LogException {
        try (LogReader log = LogReader.open(places.stateDirectory())) {
            List<StoredCommand> found = new ArrayList<>();
            log.query(CommandQuery.where().session(session).newest(1), found::add);
            return found.isEmpty() ? null : found.getFirst();
        }
    }

    private static Finding missing(Git.Ran ran) {
        String said = ran.err().strip();
        return Finding.problem(
                "end to end",
                "a git version that was run just now did not arrive"
                        + (said.isEmpty() ? ": see the problems above" : ", git says: " + ShellText.oneLine(said)),
                "GIT_TRACE2_DST_DEBUG=1 git version");
    }
}
