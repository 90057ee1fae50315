package taproot.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import taproot.cli.text.Json;
import taproot.cli.text.ShellText;
import taproot.daemon.config.Places;

/** Looks at whether the daemon can write its log, and at who keeps it from doing so. */
final class LogStateCheck {
    private static final Set<String> WELL = Set.of("open", "opening");

    private final Json status;
    private final Places places;

    LogStateCheck(Json status, Places places) {
        this.status = status;
        this.places = places;
    }

    List<Finding> findings() {
        String state = status.object("log").text("state");
        if (WELL.contains(state)) {
            return List.of();
        }
        List<Json> errors = status.objects("errors"); // Newest first.
        String latest = errors.isEmpty() ? "" : errors.getFirst().text("message");
        return List.of(Finding.problem(
                "log",
                "the daemon's log is " + state + (latest.isEmpty() ? "" : ": " + ShellText.oneLine(latest)),
                mend()));
    }

    private String mend() {
        String holder = holder();
        if (holder != null) {
            return "kill " + holder;
        }
        Protection protection = Protection.of(places.stateDirectory());
        return protection != null
                ? protection.mend()
                : "df -h " + ShellText.of(places.stateDirectory().toString());
    }

    /** The process, other than the daemon, that has locked the database against writing: see proc_locks(5). */
    private @Nullable String holder() {
        try {
            Set<String> inodes = new HashSet<>();
            for (String file : List.of("log.db", "log.db-shm")) {
                Path path = places.stateDirectory().resolve(file);
                if (Files.exists(path)) {
                    inodes.add(String.valueOf(Files.getAttribute(path, "unix:ino")));
                }
            }
            String daemon = Long.toString(status.number("pid"));
            for (String line : Files.readAllLines(Path.of("/proc/locks"))) {
                String[] words = line.strip().split("\\s+"); // 1: POSIX ADVISORY WRITE 4711 08:01:131 120 120
                if (words.length == 8
                        && words[3].equals("WRITE")
                        && !words[4].equals(daemon)
                        && inodes.contains(words[5].substring(words[5].lastIndexOf(':') + 1))) {
                    return words[4];
                }
            }
            return null;
        } catch (IOException e) {
            return null; // Without /proc, or without the database, it is not a lock that can be told.
        }
    }
}
