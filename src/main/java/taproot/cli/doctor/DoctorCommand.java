package taproot.cli.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import taproot.cli.gitconfig.Git;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Screen;
import taproot.cli.terminal.Session;
import taproot.cli.text.Json;
import taproot.daemon.config.Places;

/** {@code taproot doctor}: follows an event from git to the log, and says what stands in its way. */
@Command(
        name = "doctor",
        sortOptions = false,
        description = "Looks at all that stands between a git command and its record, sends a real one through, and"
                + " prints the command that mends what is wrong.",
        footer = "Status 0: git commands are recorded. Status 1: they are not, or not all.")
public final class DoctorCommand implements Callable<Integer> {
    private final Session session;

    @Option(names = "--json", description = "print the findings as one JSON object")
    private boolean json;

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    public DoctorCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        Places places = options.places(session.environment());
        Git git = new Git(session.environment());
        List<Finding> findings = new ArrayList<>();
        String target = "af_unix:stream:" + places.traceSocket();
        findings.addAll(new GitCheck(git, options, session.environment(), target).findings());
        findings.addAll(new PlaceCheck(places, options).findings());
        boolean sound = findings.stream().allMatch(f -> f.level() != Finding.Level.PROBLEM);
        findings.addAll(new DaemonCheck(git, places, options, sound).findings());
        long problems = findings.stream()
                .filter(f -> f.level() == Finding.Level.PROBLEM)
                .count();
        if (json) {
            session.out().line(json(findings, problems == 0));
        } else {
            for (Finding finding : findings) {
                print(finding);
            }
            session.out()
                    .line(
                            problems == 0
                                    ? "git commands are recorded"
                                    : count(problems) + "; what mends it stands below it");
        }
        return problems == 0 ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private static String count(long problems) {
        return problems + (problems == 1 ? " problem" : " problems");
    }

    private void print(Finding finding) throws OutputClosedException {
        Screen screen = session.outScreen();
        String level = String.format(Locale.ROOT, "%-7s", word(finding));
        String line = String.format(Locale.ROOT, "  %-11s  %s", finding.check(), finding.text());
        session.out()
                .line(
                        switch (finding.level()) {
                            case OK -> screen.dim(level) + line;
                            case NOTE -> screen.bold(level) + line;
                            case PROBLEM -> screen.red(level) + line;
                        });
        if (finding.mend() != null) {
            session.out().line(" ".repeat(22) + screen.bold(finding.mend()));
        }
    }

    private static String word(Finding finding) {
        return finding.level().name().toLowerCase(Locale.ROOT);
    }

    private static String json(List<Finding> findings, boolean ok) {
        return Json.line(out -> {
            out.writeBooleanField("ok", ok);
            out.writeArrayFieldStart("findings");
            for (Finding finding : findings) {
                out.writeStartObject();
                out.writeStringField("level", word(finding));
                out.writeStringField("check", finding.check());
                out.writeStringField("text", finding.text());
                out.writeStringField("mend", finding.mend());
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }
}
