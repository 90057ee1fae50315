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

/** Looks at the daemon: whether it answers, and whether a real git command arrives in its log. */
final class DaemonCheck {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Git git;
    private final Places places;
    private final PlaceOptions options;
    private final ControlClient daemon;
    private final boolean sound;
    private final List<Finding> findings = new ArrayList<>();

    /** @param sound nothing was found so far that would keep an event from arriving */
    DaemonCheck(Git git, Places places, PlaceOptions options, boolean sound) {
        this.git = git;
        this.places = places;
        this.options = options;
        this.sound = sound;
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
        findings.addAll(new LossCheck(status, options).findings());
        List<Finding> log = new LogStateCheck(status, places).findings();
        findings.addAll(log);
        if (!log.isEmpty()) {
            return findings; // A record would wait as all others do.
        }
        endToEnd(Long.toString(status.number("pid")));
        return findings;
    }

    private Finding unreachable(@Nullable String pid, String message) {
        if (pid == null) {
            String what = message.contains(";") ? message.substring(0, message.lastIndexOf(';')) : message;
            return Finding.problem("daemon", what, options.command("run"));
        }
        return Finding.problem("daemon", message, again("-9 ", pid));
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

    /** Ends a daemon, waits until it is gone (until then it holds the directory), and starts another. */
    private String again(String signal, String pid) {
        return "kill " + signal + pid + "; tail -s 0.1 --pid=" + pid + " -f /dev/null; " + options.command("run");
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
                    again("", pid)));
        }
    }

    /** A git command of the user's, in the user's environment, all the way; told apart by a session of its own. */
    private void endToEnd(String pid) {
        String session = "taproot-doctor-" + UUID.randomUUID();
        try {
            Git.Ran ran = git.runTraced(
                    List.of("version"), Map.of("GIT_TRACE2_PARENT_SID", session, "GIT_TRACE2_DST_DEBUG", "1"));
            if (!ran.err().isBlank()) {
                findings.add(missing(ran, pid)); // A barrier would go the same way, and wait for itself.
                return;
            }
            Replies.body(daemon.ask("POST", "/v1/barrier?timeout=5s", PATIENCE.plusSeconds(2)));
            StoredCommand found = find(session);
            findings.add(
                    found != null
                            ? Finding.ok("end to end", "a git version that was run just now is record " + found.seq())
                            : missing(ran, pid));
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

    private Finding missing(Git.Ran ran, String pid) {
        String what = "a git version that was run just now did not arrive";
        String said = ran.err().strip();
        if (!said.isEmpty()) { // Such as that the socket's file is gone: whoever made it has to make it again.
            return Finding.problem(
                    "end to end", what + ", git says: " + ShellText.oneLine(said), sound ? again("", pid) : null);
        }
        return sound
                ? Finding.problem(
                        "end to end", what + ", and git knows of no reason: is it git that runs?", "type -a git")
                : Finding.problem("end to end", what + ": see the problems above", null);
    }
}
