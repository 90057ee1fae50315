package taproot.cli.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import taproot.cli.options.Converters;
import taproot.cli.options.Converters.Mistake;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Screen;
import taproot.cli.terminal.Session;
import taproot.cli.text.Json;
import taproot.daemon.config.Config;
import taproot.daemon.config.ConfigException;
import taproot.daemon.config.ConfigSetting;
import taproot.daemon.sink.Sinks;

/** {@code taproot config}: says whether a configuration is right, and what holds and why. */
@Command(
        name = "config",
        sortOptions = false,
        description = "Checks the configuration, or shows what holds and who says so.",
        footer = {"", "Status 1: something in it is wrong; each line says what was expected and what came."})
public final class ConfigCommand implements Callable<Integer> {
    private final Session session;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            paramLabel = "check|show",
            converter = ToAction.class,
            completionCandidates = Actions.class,
            description = "check: is it right?  show: every key, its value, and who says so")
    private Action action = Action.SHOW;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "check this file, before it is put where the daemon reads it")
    private @Nullable Path file;

    @Option(names = "--json", description = "one JSON object")
    private boolean json;

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    public ConfigCommand(Session session) {
        this.session = session;
    }

    /** What to do with it. */
    enum Action {
        CHECK,
        SHOW
    }

    /** By these names. */
    static final class ToAction extends Converters.ToWord<Action> {
        ToAction() {
            super(Action.class);
        }
    }

    /** For completion. */
    static final class Actions extends Converters.Words {
        Actions() {
            super(Action.class);
        }
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        if (file != null && action == Action.SHOW) {
            throw Mistake.of(spec, "show takes no FILE, got " + file + ": name it with --config");
        }
        Path read = file != null
                ? file.toAbsolutePath()
                : options.places(session.environment()).configFile();
        try {
            List<ConfigSetting> settings =
                    Config.load(read, options.overrides()).settings();
            switch (action) {
                case CHECK -> {
                    // Which keys a sink has, only its type knows.
                    Sinks.configured(Config.load(read, options.overrides()).sinks());
                    right(read);
                }
                case SHOW -> show(settings);
            }
            return ExitStatus.OK;
        } catch (ConfigException e) {
            if (json) {
                session.out().line(wrong(read, e.problems()));
            } else {
                for (ConfigException.Problem problem : e.problems()) {
                    session.out().line(problem.toString());
                }
            }
            return ExitStatus.FAILED;
        }
    }

    private void right(@Nullable Path read) throws OutputClosedException {
        if (json) {
            session.out().line(wrong(read, List.of()));
        } else {
            session.out().line(read == null ? "there is no configuration: the defaults hold" : read + " is right");
        }
    }

    private void show(List<ConfigSetting> settings) throws OutputClosedException {
        if (json) {
            session.out().line(Json.line(out -> {
                for (ConfigSetting setting : settings) {
                    out.writeObjectFieldStart(setting.name());
                    out.writeFieldName("value");
                    out.writeRawValue(setting.value()); // What is TOML here is JSON too.
                    out.writeStringField("origin", setting.origin());
                    out.writeBooleanField("live", setting.live());
                    out.writeEndObject();
                }
            }));
            return;
        }
        Screen screen = session.outScreen();
        int names = settings.stream().mapToInt(s -> s.name().length()).max().orElse(0);
        int values = Math.min(
                24, settings.stream().mapToInt(s -> s.value().length()).max().orElse(0));
        for (ConfigSetting setting : settings) {
            String line = String.format(
                    Locale.ROOT,
                    "%-" + names + "s  %-" + values + "s  %s",
                    setting.name(),
                    setting.value(),
                    setting.origin());
            session.out().line(setting.isDefault() ? screen.dim(line) : line);
        }
    }

    private static String wrong(@Nullable Path read, List<ConfigException.Problem> problems) {
        return Json.line(out -> {
            out.writeStringField("file", read == null ? null : read.toString());
            out.writeBooleanField("ok", problems.isEmpty());
            out.writeArrayFieldStart("problems");
            for (ConfigException.Problem problem : problems) {
                out.writeStartObject();
                out.writeStringField("source", problem.source());
                out.writeNumberField("line", problem.line());
                out.writeStringField("key", problem.key());
                out.writeStringField("expected", problem.expected());
                out.writeStringField("got", problem.got());
                out.writeStringField("nearest", problem.nearest());
                out.writeEndObject();
            }
            out.writeEndArray();
        });
    }
}
