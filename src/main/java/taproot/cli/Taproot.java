package taproot.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;
import taproot.cli.terminal.Version;

/** The command line itself: finds the command, runs it, and turns what goes wrong into one line and a status. */
@Command(
        name = "taproot",
        description = "A flight recorder for git: what ran, where, started by whom, how long, how it ended.",
        versionProvider = Taproot.VersionLine.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "Try it:  taproot exec -- git status",
            "Status:  0 ok, 1 failed, 2 usage, 3 daemon not reachable; exec ends with its command's own."
        })
final class Taproot implements Callable<Integer> {
    private static final int HELP_WIDTH = 100;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--version", versionHelp = true, description = "print the version and exit")
    @SuppressWarnings("UnusedVariable") // picocli sees to it.
    private boolean version;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = CommandLine.ScopeType.INHERIT,
            description = "print this help and exit")
    @SuppressWarnings("UnusedVariable") // picocli sees to it.
    private boolean help;

    /** Runs one command line and returns its exit status. */
    static int run(Session session, String... arguments) {
        CommandLine line = line(session, arguments);
        StringWriter help = new StringWriter();
        line.setOut(new PrintWriter(help));
        int status = line.execute(arguments);
        try {
            if (!help.toString().isEmpty()) {
                session.out().line(help.toString().stripTrailing());
            }
            session.out().flush();
        } catch (OutputClosedException e) {
            return Start.outputClosed(session, e);
        }
        return status;
    }

    /** All that the program takes, for what is made from it. */
    static CommandLine whole(Session session) {
        return line(session, new String[0]);
    }

    private static CommandLine line(Session session, String[] arguments) {
        CommandLine line = new CommandLine(new Taproot());
        // Reading one command's annotations costs a few milliseconds: only what is asked for is read.
        Commands asked = arguments.length == 0 ? null : Commands.named(arguments[0]);
        for (Commands command : asked == null ? Commands.values() : new Commands[] {asked}) {
            line.addSubcommand(command.word(), command.create(session));
        }
        line.setExpandAtFiles(false);
        line.setUsageHelpWidth(HELP_WIDTH);
        line.setUsageHelpLongOptionsMaxWidth(HELP_WIDTH / 4);
        line.setErr(new PrintWriter(session.err(), true, StandardCharsets.UTF_8));
        line.setColorScheme(CommandLine.Help.defaultColorScheme(
                session.outScreen().colour() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF));
        line.setParameterExceptionHandler(usage(session));
        line.setExecutionExceptionHandler(failure(session));
        CommandLine exec = line.getSubcommands().get(Commands.EXEC.word());
        if (exec != null) {
            exec.setStopAtPositional(true); // What follows CMD is CMD's.
        }
        return line;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitStatus.USAGE;
    }

    private static IParameterExceptionHandler usage(Session session) {
        return (ParameterException e, String[] arguments) -> {
            String command = e.getCommandLine().getCommandSpec().qualifiedName(" ");
            session.say(oneLine(e.getMessage(), e.toString()));
            StringBuilder similar = new StringBuilder();
            if (e instanceof UnmatchedArgumentException unmatched) {
                unmatched.getSuggestions().stream()
                        .limit(1)
                        .forEach(word ->
                                similar.append("did you mean ").append(word).append("? "));
            }
            session.err().println("  " + similar + "see: " + command + " --help");
            boolean exec = arguments.length > 0 && arguments[0].equals(Commands.EXEC.word());
            return exec ? ExitStatus.EXEC_FAILED : ExitStatus.USAGE;
        };
    }

    /** Takes no exception: to check that it is one the JVM would look for the library at each start of whatever. */
    private static String oneLine(@Nullable String message, String otherwise) {
        String line = message == null ? "" : message.strip().replace("\n", " ");
        return line.isEmpty() ? otherwise : line.substring(0, 1).toLowerCase(Locale.ROOT) + line.substring(1);
    }

    private static IExecutionExceptionHandler failure(Session session) {
        return (Exception e, CommandLine line, CommandLine.ParseResult parsed) -> switch (e) {
            case CommandFailedException failed -> Start.failed(session, failed);
            case OutputClosedException closed -> Start.outputClosed(session, closed);
            default -> throw e;
        };
    }

    /** What --version prints. */
    static final class VersionLine implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"taproot " + Version.current().text()};
        }
    }
}
