package taproot.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import taproot.cli.gitconfig.EffectiveTarget;
import taproot.cli.gitconfig.Git;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.text.ShellText;

/** Looks at git: its version, and where its configuration and the environment tell it to send its events. */
final class GitCheck {
    private static final Pattern VERSION = Pattern.compile("git version (\\d+)\\.(\\d+)\\S*");
    /** 2.22: the first that sends events. */
    private static final int FIRST = 222;

    private static final int ANCESTRY = 234;
    private static final int TIMERS = 239;

    private final Git git;
    private final PlaceOptions options;
    private final Map<String, String> environment;
    private final String target;
    private final List<Finding> findings = new ArrayList<>();

    GitCheck(Git git, PlaceOptions options, Map<String, String> environment, String target) {
        this.git = git;
        this.options = options;
        this.environment = environment;
        this.target = target;
    }

    List<Finding> findings() {
        try {
            version(git.run(List.of("version")).out().strip());
            target(EffectiveTarget.of(git));
            brief(EffectiveTarget.of(git, "trace2.eventBrief"));
        } catch (CommandFailedException e) {
            findings.add(Finding.problem("git", String.valueOf(e.getMessage()), "sudo apt install git"));
        }
        return findings;
    }

    private void version(String text) {
        Matcher matcher = VERSION.matcher(text);
        if (!matcher.matches()) {
            findings.add(Finding.note("git", "expected git's version, got: " + ShellText.oneLine(text), null));
            return;
        }
        int version = Math.min(9, Integer.parseInt(matcher.group(1))) * 100 + Integer.parseInt(matcher.group(2));
        String name = text.substring("git version ".length());
        if (version < FIRST) {
            findings.add(Finding.problem(
                    "git", "git " + name + " sends no events: 2.22 is the first that does", "sudo apt install git"));
            return;
        }
        findings.add(Finding.ok(
                "git",
                name + ", sends commands, children and regions"
                        + (version >= ANCESTRY ? ", who started them" : ", but not who started them (2.34 does)")
                        + (version >= TIMERS ? ", timers and counters" : "")));
    }

    private void target(EffectiveTarget configured) {
        String overriding = EffectiveTarget.overriding(environment);
        if (overriding != null && isOurs(overriding)) {
            findings.add(Finding.ok("environment", EffectiveTarget.VARIABLE + " sends what is run here to the daemon"));
        } else if (overriding != null) {
            String effect =
                    overriding.equals("0") ? "switches tracing off" : "sends events to " + ShellText.of(overriding);
            findings.add(Finding.problem(
                    "environment",
                    EffectiveTarget.VARIABLE + "=" + ShellText.of(overriding) + " " + effect
                            + " for whatever is run here, whatever the configuration says",
                    "unset " + EffectiveTarget.VARIABLE));
        } else {
            findings.add(Finding.ok("environment", "nothing in it overrides git's configuration"));
        }
        String value = configured.value();
        if (value == null) {
            findings.add(Finding.problem(
                    "target",
                    "trace2.eventTarget is not set: git sends its events nowhere",
                    options.command("enable")));
        } else if (isOurs(value)) {
            findings.add(Finding.ok("target", ShellText.oneLine(value) + ", set in " + configured.origin()));
        } else {
            findings.add(Finding.problem(
                    "target",
                    "git sends its events to " + ShellText.of(value) + " instead, as " + configured.origin() + " says",
                    options.command("enable --replace")));
        }
    }

    private void brief(EffectiveTarget configured) {
        String variable = "GIT_TRACE2_EVENT_BRIEF";
        String inEnvironment = environment.getOrDefault(variable, "");
        String text = "git leaves out the time of most events: waterfalls have no regions";
        if (isTrue(inEnvironment)) {
            findings.add(Finding.note("brief", variable + " is set: " + text, "unset " + variable));
        } else if (configured.value() != null && isTrue(configured.value())) {
            findings.add(Finding.note(
                    "brief",
                    "trace2.eventBrief is set in " + configured.origin() + ": " + text,
                    "git config --file " + ShellText.of(String.valueOf(configured.origin()))
                            + " --unset-all trace2.eventBrief"));
        }
    }

    private static boolean isTrue(String value) {
        return List.of("1", "true", "yes", "on").contains(value);
    }

    private boolean isOurs(String value) {
        return value.equals(target) || value.equals(target.replace("af_unix:stream:", "af_unix:"));
    }
}
