package taproot.normalizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Takes secrets out of records and raw traces before anything is stored (DESIGN §5, N10): the user-info part of URLs, the
 * value of {@code http.extraHeader}, values of parameters and variables named like secrets, and what the configuration's
 * own patterns match. Without such patterns a trace that holds nothing costs one look at each byte and no allocation;
 * with them each string of it is decoded and matched. Immutable, for any thread.
 *
 * <p>What identifies a record stays as it is: {@code key}, {@code sid}, {@code root}, {@code session}.
 */
public final class Redactor {
    private final List<Pattern> patterns;
    private final Consumer<Pattern> gaveUp;
    private final SecretText secrets;

    /** @param patterns what else is secret, wherever it occurs in a text */
    public Redactor(List<Pattern> patterns) {
        this(patterns, _ -> {});
    }

    /**
     * @param patterns what else is secret, wherever it occurs in a text
     * @param gaveUp is told each time that a pattern came to no end in a text, which is redacted as a whole then
     */
    public Redactor(List<Pattern> patterns, Consumer<Pattern> gaveUp) {
        this.patterns = List.copyOf(patterns);
        this.gaveUp = gaveUp;
        this.secrets = fresh();
    }

    /** What patterns may cost is counted by record: each has one of its own, where there are patterns. */
    private SecretText fresh() {
        return new SecretText(new OwnPatterns(patterns, gaveUp));
    }

    /** The text without its secrets; the same instance when it holds none. */
    public String redact(String text) {
        return fresh().text(text);
    }

    /** The arguments without their secrets, of which some are known by the argument before; the same when there are none. */
    public List<String> redactArgv(List<String> argv) {
        return fresh().argv(argv);
    }

    /**
     * The lines of a raw trace without their secrets; the same array when they hold none. Lines that are JSON stay JSON.
     * A line that is not, and may hold a secret, is replaced as a whole: nobody can say where in it a string ends.
     */
    public byte[] redactTrace(byte[] rawLines) {
        if (patterns.isEmpty() && !Secrets.suspicious(rawLines, 0, rawLines.length)) {
            return rawLines;
        }
        return new TraceRedaction(rawLines, fresh()).redacted();
    }

    /** The record without its secrets; the same instance when it holds none. */
    public CommandRecord redact(CommandRecord record) {
        return patterns.isEmpty() ? redacted(record) : new Redactor(patterns, gaveUp).redacted(record);
    }

    private CommandRecord redacted(CommandRecord c) {
        List<String> argv = secrets.argv(c.argv());
        CommandRecord.Alias alias = alias(c.alias());
        CommandRecord.Repository repository = repository(c.repository());
        List<Effect> effects = each(c.effects(), this::effect);
        List<String> errors = each(c.errors(), secrets::text);
        List<CommandRecord.Param> params = each(c.params(), this::param);
        List<CommandRecord.ProcessEntry> processes = each(c.processes(), this::process);
        List<CommandRecord.ChildEntry> children = each(c.children(), this::child);
        Map<String, String> annotations = annotations(c.annotations());
        List<CommandRecord.RefChange> refChanges = each(c.refChanges(), this::refChange);
        if (argv == c.argv()
                && alias == c.alias()
                && repository == c.repository()
                && effects == c.effects()
                && errors == c.errors()
                && params == c.params()
                && processes == c.processes()
                && children == c.children()
                && annotations == c.annotations()
                && refChanges == c.refChanges()) {
            return c;
        }
        return new CommandRecord(
                c.key(),
                c.sid(),
                c.root(),
                c.parent(),
                c.session(),
                c.detached(),
                c.late(),
                argv,
                c.command(),
                c.hierarchy(),
                c.mode(),
                alias,
                c.readOnly(),
                effects,
                repository,
                c.gitVersion(),
                c.pid(),
                c.caller(),
                c.ancestry(),
                c.startedAt(),
                c.finishedAt(),
                c.durationUs(),
                c.outcome(),
                c.exitCode(),
                c.signal(),
                errors,
                params,
                processes,
                children,
                c.timers(),
                c.counters(),
                annotations,
                refChanges,
                c.refConfidence(),
                c.rewrites(),
                c.events(),
                c.truncated(),
                c.dropped(),
                c.trace());
    }

    /** What was typed may be a URL with a password, or a secret by the configuration's patterns. */
    private Effect effect(Effect effect) {
        return switch (effect) {
            case Effect.Merge e -> new Effect.Merge(each(e.sources(), secrets::text), e.mergeCommit());
            case Effect.FastForward e -> new Effect.FastForward(each(e.sources(), secrets::text));
            case Effect.Squash e -> new Effect.Squash(each(e.sources(), secrets::text));
            case Effect.CherryPick e -> new Effect.CherryPick(each(e.sources(), secrets::text), e.commits());
            case Effect.Revert e -> new Effect.Revert(each(e.sources(), secrets::text), e.commits());
            case Effect.Branch e -> new Effect.Branch(e.change(), secrets.text(e.name()), some(e.from()));
            case Effect.Tag e -> new Effect.Tag(e.change(), secrets.text(e.name()));
            case Effect.Switched e -> new Effect.Switched(some(e.to()));
            case Effect.Exchange e -> new Effect.Exchange(e.direction(), some(e.remote()));
            case Effect.Cloned e -> new Effect.Cloned(some(e.from()));
            case Effect.Worktree e -> new Effect.Worktree(e.action(), some(e.path()));
            case Effect.Commit _,
                    Effect.Reset _,
                    Effect.Rebase _,
                    Effect.Conflict _,
                    Effect.Aborted _,
                    Effect.PathsCheckedOut _,
                    Effect.Restored _,
                    Effect.Stash _,
                    Effect.Initialized _,
                    Effect.Plain _ -> effect;
        };
    }

    private CommandRecord.@Nullable Alias alias(CommandRecord.@Nullable Alias alias) {
        if (alias == null) {
            return null;
        }
        List<String> argv = secrets.argv(alias.argv());
        return argv == alias.argv() ? alias : new CommandRecord.Alias(alias.name(), argv);
    }

    private CommandRecord.@Nullable Repository repository(CommandRecord.@Nullable Repository repository) {
        if (repository == null) {
            return null;
        }
        CommandRecord.Repository redacted = new CommandRecord.Repository(
                some(repository.id()),
                some(repository.worktree()),
                some(repository.gitDir()),
                some(repository.commonDir()),
                repository.unresolved());
        return redacted.equals(repository) ? repository : redacted;
    }

    private CommandRecord.Param param(CommandRecord.Param param) {
        String value = param.value();
        String redacted = value == null ? null : secrets.value(param.name(), value);
        String name = secrets.text(param.name());
        return name.equals(param.name()) && (redacted == null || redacted.equals(value))
                ? param
                : new CommandRecord.Param(name, redacted, param.scope());
    }

    private CommandRecord.ProcessEntry process(CommandRecord.ProcessEntry p) {
        List<String> argv = secrets.argv(p.argv());
        CommandRecord.Repository repository = repository(p.repository());
        if (argv == p.argv() && repository == p.repository()) {
            return p;
        }
        return new CommandRecord.ProcessEntry(
                p.sid(),
                p.parent(),
                argv,
                p.command(),
                repository,
                p.startedAt(),
                p.durationUs(),
                p.outcome(),
                p.exitCode(),
                p.detached());
    }

    private CommandRecord.ChildEntry child(CommandRecord.ChildEntry c) {
        List<String> argv = secrets.argv(c.argv());
        if (argv == c.argv()) {
            return c;
        }
        return new CommandRecord.ChildEntry(
                c.sid(),
                c.childClass(),
                c.hook(),
                argv,
                c.background(),
                c.startedAt(),
                c.durationUs(),
                c.exitCode(),
                c.pid());
    }

    private CommandRecord.RefChange refChange(CommandRecord.RefChange change) {
        String ref = secrets.text(change.ref());
        return ref.equals(change.ref())
                ? change
                : new CommandRecord.RefChange(ref, change.old(), change.current(), change.source(), change.sid());
    }

    private Map<String, String> annotations(Map<String, String> annotations) {
        Map<String, String> redacted = new LinkedHashMap<>();
        annotations.forEach((name, value) -> redacted.put(secrets.text(name), secrets.value(name, value)));
        return redacted.equals(annotations) ? annotations : redacted;
    }

    private @Nullable String some(@Nullable String text) {
        return text == null ? null : secrets.text(text);
    }

    private static <T> List<T> each(List<T> values, UnaryOperator<T> redaction) {
        List<T> redacted = null;
        for (int i = 0; i < values.size(); i++) {
            T value = values.get(i);
            T clean = redaction.apply(value);
            if (redacted == null && !clean.equals(value)) {
                redacted = new ArrayList<>(values);
            }
            if (redacted != null) {
                redacted.set(i, clean);
            }
        }
        return redacted == null ? values : List.copyOf(redacted);
    }
}
