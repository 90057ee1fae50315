package taproot.cli.options;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import taproot.cli.terminal.Session;
import taproot.cli.text.Moment;
import taproot.daemon.log.CommandQuery;
import taproot.daemon.repositories.Located;
import taproot.normalizer.Outcome;

/** Which records somebody wants; for the log itself and, under the same names, for the daemon. */
public final class RecordFilter {
    /** The command that takes these. */
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--repository",
            paramLabel = "PATH",
            description = "in the repository that PATH lies in, or in one below it; or by its id")
    private @Nullable Path repository;

    @Option(names = "--command", paramLabel = "NAME", description = "of this git command: commit, fetch, …")
    private @Nullable String command;

    @Option(
            names = "--outcome",
            paramLabel = "OUTCOME",
            converter = Converters.ToOutcome.class,
            completionCandidates = Converters.Outcomes.class,
            description = "that ended so: exited, signaled, execed, lost or interrupted")
    private @Nullable Outcome outcome;

    @Option(names = "--failed", description = "that did not exit with 0")
    private boolean failed;

    @Option(
            names = "--read-only",
            paramLabel = "true|false",
            arity = "0..1",
            fallbackValue = "true",
            converter = Converters.ToBoolean.class,
            preprocessor = Converters.OnlyAttached.class,
            description = "that only read; =false: that may have changed something")
    private @Nullable Boolean readOnly;

    @Option(names = "--session", paramLabel = "ID", description = "that ran under this GIT_TRACE2_PARENT_SID")
    private @Nullable String session;

    @Option(names = "--since", paramLabel = "TIME", description = "started at this time or later")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "started before this time")
    private @Nullable String until;

    @Option(
            names = "--min-duration",
            paramLabel = "DURATION",
            converter = Converters.ToDuration.class,
            description = "that took at least as long: 250ms, 5s, …")
    private @Nullable Duration minDuration;

    /** A query with these conditions. */
    public CommandQuery.Builder query(Session around) {
        Located wanted = repository == null ? null : RepositoryOption.wanted(repository);
        return CommandQuery.where()
                .repository(wanted == null ? null : wanted.path())
                .within(wanted == null ? null : wanted.repository())
                .command(command)
                .outcome(outcome)
                .failed(failed ? true : null)
                .readOnly(readOnly)
                .session(session)
                .since(time("--since", since, around))
                .until(time("--until", until, around))
                .minDurationUs(minDuration == null ? null : minDuration.toNanos() / 1_000);
    }

    /** The same conditions as the daemon wants them behind a question mark, each followed by {@code &}. */
    public String parameters(Session around) {
        Map<String, @Nullable Object> given = new LinkedHashMap<>();
        given.put(
                "repository",
                repository == null ? null : RepositoryOption.wanted(repository).path());
        given.put("command", command);
        given.put("outcome", outcome == null ? null : outcome.wire());
        given.put("failed", failed ? "true" : null);
        given.put("read_only", readOnly);
        given.put("session", session);
        given.put("since", time("--since", since, around));
        given.put("until", time("--until", until, around));
        given.put("min_duration", minDuration == null ? null : minDuration.toNanos() / 1_000 + "us");
        return given.entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .map(entry -> entry.getKey() + "="
                        + URLEncoder.encode(String.valueOf(entry.getValue()), StandardCharsets.UTF_8) + "&")
                .collect(Collectors.joining());
    }

    /** As git names it: absolute, links resolved; a directory that is gone still has records. */
    public static String real(Path path) {
        return RepositoryOption.of(path).path();
    }

    private @Nullable Instant time(String option, @Nullable String text, Session around) {
        return text == null ? null : time(spec, option, text, around);
    }

    /** A point in time that an option gives. */
    public static Instant time(CommandSpec spec, String option, String text, Session around) {
        try {
            return Moment.parse(text, around.clock().instant(), around.zone());
        } catch (IllegalArgumentException e) {
            throw Converters.Mistake.inOption(spec, option, String.valueOf(e.getMessage()));
        }
    }
}
