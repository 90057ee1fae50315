package taproot.normalizer;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Builders;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.Nullable;

/** Records for tests: a plain one, and any at all. */
final class CommandRecords {
    static final String SID = "20261120T050011.221335Z-H0a7c9cdf-P0000168a";
    static final long STARTED = RecordTime.micros("2026-11-20T05:00:11.221335Z");

    private CommandRecords() {}

    /** {@code git status} that ended well. */
    static CommandRecord plain(List<String> argv) {
        return record(argv, null, null, List.of(), List.of(), List.of(), Map.of());
    }

    static CommandRecord record(
            List<String> argv,
            CommandRecord.@Nullable Alias alias,
            CommandRecord.@Nullable Repository repository,
            List<String> errors,
            List<CommandRecord.Param> params,
            List<CommandRecord.ChildEntry> children,
            Map<String, String> annotations) {
        CommandRecord.ProcessEntry owner = new CommandRecord.ProcessEntry(
                SID, null, argv, "status", repository, STARTED, 1_000L, Outcome.EXITED, 0, false);
        return new CommandRecord(
                SID,
                SID,
                SID,
                null,
                null,
                false,
                false,
                argv,
                "status",
                null,
                null,
                alias,
                true,
                List.of(),
                repository,
                "2.39.5",
                5770L,
                null,
                List.of("bash", "systemd"),
                STARTED,
                STARTED + 1_000,
                1_000L,
                Outcome.EXITED,
                0,
                null,
                errors,
                params,
                List.of(owner),
                children,
                List.of(),
                List.of(),
                annotations,
                List.of(),
                null,
                List.of(),
                6,
                false,
                Map.of(),
                TraceExtent.NONE);
    }

    static Arbitrary<CommandRecord> any() {
        Arbitrary<String> text = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(12),
                Arbitraries.strings()
                        .withChars('"', '\\', '\n', '\t', '\u0000', 'é', '\u2028', '\uFFFD')
                        .ofMaxLength(6));
        Arbitrary<List<String>> texts = text.list().ofMaxSize(4);
        Arbitrary<@Nullable String> maybe = text.injectNull(0.4);
        Arbitrary<Long> number = Arbitraries.longs();
        Arbitrary<@Nullable Long> maybeNumber = number.injectNull(0.4);
        Arbitrary<@Nullable Integer> code = Arbitraries.integers().injectNull(0.4);
        Arbitrary<Long> time = Arbitraries.longs()
                .between(
                        RecordTime.micros("0000-01-01T00:00:00.000000Z"),
                        RecordTime.micros("9999-12-31T23:59:59.999999Z"));
        Arbitrary<@Nullable Long> maybeTime = time.injectNull(0.4);
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        Arbitrary<CommandRecord.@Nullable Repository> repository = Combinators.combine(
                        maybe, maybe, maybe, maybe, maybe)
                .as(CommandRecord.Repository::new)
                .injectNull(0.3);
        Arbitrary<CommandRecord.ProcessEntry> process = Builders.withBuilder(Process::new)
                .use(text)
                .inSetter((b, v) -> b.sid = v)
                .use(maybe)
                .inSetter((b, v) -> b.parent = v)
                .use(texts)
                .inSetter((b, v) -> b.argv = v)
                .use(maybe)
                .inSetter((b, v) -> b.command = v)
                .use(repository)
                .inSetter((b, v) -> b.repository = v)
                .use(maybeTime)
                .inSetter((b, v) -> b.startedAt = v)
                .use(maybeNumber)
                .inSetter((b, v) -> b.duration = v)
                .use(Arbitraries.of(Outcome.class).injectNull(0.3))
                .inSetter((b, v) -> b.outcome = v)
                .use(code)
                .inSetter((b, v) -> b.code = v)
                .use(flag)
                .inSetter((b, v) -> b.detached = v)
                .build(Process::entry);
        Arbitrary<CommandRecord.ChildEntry> child = Combinators.combine(
                        text, maybe, maybe, texts, flag, maybeTime, maybeNumber, code)
                .as((sid, kind, hook, argv, background, started, duration, exit) -> new CommandRecord.ChildEntry(
                        sid, kind, hook, argv, background, started, duration, exit, duration));
        Arbitrary<CommandRecord.Param> param =
                Combinators.combine(text, maybe, maybe).as(CommandRecord.Param::new);
        Arbitrary<CommandRecord.Timer> timer =
                Combinators.combine(text, text, number, number, number, number).as(CommandRecord.Timer::new);
        Arbitrary<CommandRecord.Counter> counter =
                Combinators.combine(text, text, number).as(CommandRecord.Counter::new);
        Arbitrary<CommandRecord.RefChange> change =
                Combinators.combine(text, text, text, text, maybe).as(CommandRecord.RefChange::new);
        Arbitrary<CommandRecord.@Nullable Alias> alias =
                Combinators.combine(text, texts).as(CommandRecord.Alias::new).injectNull(0.5);
        return Builders.withBuilder(Command::new)
                .use(text)
                .inSetter((b, v) -> b.text = v)
                .use(maybe)
                .inSetter((b, v) -> b.maybe = v)
                .use(maybe)
                .inSetter((b, v) -> b.another = v)
                .use(texts)
                .inSetter((b, v) -> b.texts = v)
                .use(flag)
                .inSetter((b, v) -> b.flag = v)
                .use(alias)
                .inSetter((b, v) -> b.alias = v)
                .use(repository)
                .inSetter((b, v) -> b.repository = v)
                .use(time)
                .inSetter((b, v) -> b.time = v)
                .use(maybeTime)
                .inSetter((b, v) -> b.maybeTime = v)
                .use(maybeNumber)
                .inSetter((b, v) -> b.number = v)
                .use(code)
                .inSetter((b, v) -> b.code = v)
                .use(param.list().ofMaxSize(3))
                .inSetter((b, v) -> b.params = v)
                .use(process.list().ofMaxSize(3))
                .inSetter((b, v) -> b.processes = v)
                .use(child.list().ofMaxSize(3))
                .inSetter((b, v) -> b.children = v)
                .use(timer.list().ofMaxSize(2))
                .inSetter((b, v) -> b.timers = v)
                .use(counter.list().ofMaxSize(2))
                .inSetter((b, v) -> b.counters = v)
                .use(change.list().ofMaxSize(2))
                .inSetter((b, v) -> b.changes = v)
                .use(Arbitraries.of(EffectsTest.ONE_OF_EACH).list().ofMaxSize(3))
                .inSetter((b, v) -> b.effects = v)
                .use(Arbitraries.maps(text, text).ofMaxSize(3))
                .inSetter((b, v) -> b.annotations = v)
                .use(Arbitraries.maps(text, number).ofMaxSize(3))
                .inSetter((b, v) -> b.dropped = v)
                .use(Arbitraries.of(Outcome.class))
                .inSetter((b, v) -> b.outcome = v)
                .build(Command::record);
    }

    private static final class Process {
        String sid = "";

        @Nullable
        String parent;

        List<String> argv = List.of();

        @Nullable
        String command;

        CommandRecord.@Nullable Repository repository;

        @Nullable
        Long startedAt;

        @Nullable
        Long duration;

        @Nullable
        Outcome outcome;

        @Nullable
        Integer code;

        boolean detached;

        CommandRecord.ProcessEntry entry() {
            return new CommandRecord.ProcessEntry(
                    sid, parent, argv, command, repository, startedAt, duration, outcome, code, detached);
        }
    }

    private static final class Command {
        String text = "";

        @Nullable
        String maybe;

        @Nullable
        String another;

        List<String> texts = List.of();
        boolean flag;
        CommandRecord.@Nullable Alias alias;
        CommandRecord.@Nullable Repository repository;
        long time;

        @Nullable
        Long maybeTime;

        @Nullable
        Long number;

        @Nullable
        Integer code;

        List<CommandRecord.Param> params = List.of();
        List<CommandRecord.ProcessEntry> processes = List.of();
        List<CommandRecord.ChildEntry> children = List.of();
        List<CommandRecord.Timer> timers = List.of();
        List<CommandRecord.Counter> counters = List.of();
        List<CommandRecord.RefChange> changes = List.of();
        List<Effect> effects = List.of();
        Map<String, String> annotations = Map.of();
        Map<String, Long> dropped = Map.of();
        Outcome outcome = Outcome.LOST;

        CommandRecord record() {
            return new CommandRecord(
                    text,
                    text + "1",
                    text + "2",
                    maybe,
                    another,
                    flag,
                    !flag,
                    texts,
                    another,
                    maybe,
                    another,
                    alias,
                    flag,
                    effects,
                    repository,
                    maybe,
                    number,
                    another,
                    texts,
                    time,
                    maybeTime,
                    number,
                    outcome,
                    code,
                    code,
                    texts,
                    params,
                    processes,
                    children,
                    timers,
                    counters,
                    annotations,
                    changes,
                    maybe,
                    changes.stream()
                            .map(change -> new CommandRecord.Rewrite(change.old(), change.current()))
                            .toList(),
                    time,
                    flag,
                    dropped,
                    flag ? TraceExtent.FULL : TraceExtent.PARTIAL);
        }
    }
}
