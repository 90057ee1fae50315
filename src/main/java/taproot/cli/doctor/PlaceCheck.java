package taproot.cli.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import taproot.cli.options.PlaceOptions;
import taproot.cli.text.ShellText;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.config.Places;
import taproot.daemon.log.LogException;
import taproot.daemon.log.LogReader;

/** Looks at the files: the socket's path, whose directories they are and who may look into them, configuration and log. */
final class PlaceCheck {
    private static final int LONGEST_SOCKET_PATH = 107;
    private static final int PERMISSIONS = 0777;
    private static final int OTHERS = 077;

    private final Places places;
    private final PlaceOptions options;
    private final List<Finding> findings = new ArrayList<>();

    PlaceCheck(Places places, PlaceOptions options) {
        this.places = places;
        this.options = options;
    }

    List<Finding> findings() {
        configuration();
        socketPath();
        directory("runtime-dir", places.runtimeDirectory(), "TAPROOT_RUNTIME_DIR");
        socketMode();
        directory("state-dir", places.stateDirectory(), "TAPROOT_STATE_DIR");
        log();
        return findings;
    }

    private void configuration() {
        try {
            Config.load(places.configFile(), options.overrides());
            String file = places.configFile() == null ? "the defaults" : String.valueOf(places.configFile());
            findings.add(Finding.ok("config", file));
        } catch (ConfigException e) {
            for (ConfigException.Problem problem : e.problems()) {
                // Commented out the default holds, which is always a good value.
                String mend = problem.line() > 0
                        ? "sed -i '" + problem.line() + "s/^/# /' " + ShellText.of(problem.source())
                        : null;
                findings.add(Finding.problem("config", problem.toString(), mend));
            }
        }
    }

    private void socketPath() {
        Path socket = places.traceSocket();
        int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length <= LONGEST_SOCKET_PATH) {
            findings.add(Finding.ok("path", socket + ", " + length + " of at most " + LONGEST_SOCKET_PATH + " bytes"));
            return;
        }
        findings.add(Finding.problem(
                "path",
                "the path of the socket has " + length + " bytes, and git cuts it off after " + LONGEST_SOCKET_PATH
                        + ": " + socket,
                shorter()));
    }

    private static String shorter() {
        return "export TAPROOT_RUNTIME_DIR=/tmp/taproot-$(id -u)";
    }

    private void directory(String option, Path directory, String variable) {
        try {
            if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                return; // The daemon makes it.
            }
            int mode = (Integer) Files.getAttribute(directory, "unix:mode", LinkOption.NOFOLLOW_LINKS) & PERMISSIONS;
            Object owner = Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            Object us = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) || !owner.equals(us)) {
                findings.add(Finding.problem(
                        option,
                        directory + " is not a directory of ours (uid " + us + ", got uid " + owner
                                + "): the daemon will not use it",
                        "export " + variable + "=$HOME/.taproot/" + option));
            } else if ((mode & OTHERS) != 0 || mode != 0700) {
                findings.add(Finding.problem(
                        option,
                        directory + " has mode " + Integer.toOctalString(mode)
                                + ", expected 700: nobody else may look into it",
                        "chmod 700 " + ShellText.of(directory.toString())));
            } else {
                findings.add(Finding.ok(option, directory + ", ours alone"));
            }
        } catch (IOException e) {
            findings.add(Finding.problem(option, directory + " cannot be looked at: " + e, null));
        }
    }

    private void socketMode() {
        Path socket = places.traceSocket();
        try {
            if (!Files.exists(socket)) {
                return;
            }
            int mode = (Integer) Files.getAttribute(socket, "unix:mode") & PERMISSIONS;
            if (mode == 0600) {
                findings.add(Finding.ok("socket", "ours alone"));
            } else {
                findings.add(Finding.problem(
                        "socket",
                        socket + " has mode " + Integer.toOctalString(mode) + ", expected 600",
                        "chmod 600 " + ShellText.of(socket.toString())));
            }
        } catch (IOException e) {
            findings.add(Finding.problem("socket", socket + " cannot be looked at: " + e, null));
        }
    }

    private void log() {
        try (LogReader log = LogReader.open(places.stateDirectory())) {
            findings.add(Finding.ok("log", log.count() + " records, the newest is " + log.head()));
        } catch (LogException e) {
            if (e.kind() != LogException.Kind.NO_LOG) {
                Path database = places.stateDirectory().resolve("log.db");
                String aside = ShellText.of(database.toString());
                Protection protection = Protection.of(places.stateDirectory());
                findings.add(
                        protection != null
                                ? Finding.problem("log", protection.text(), protection.mend())
                                : Finding.problem(
                                        "log",
                                        String.valueOf(e.getMessage()),
                                        "mv " + aside + " " + aside + ".unusable"));
            }
        }
    }
}
