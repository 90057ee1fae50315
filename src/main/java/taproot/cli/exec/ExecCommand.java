package taproot.cli.exec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import taproot.cli.options.Converters;
import taproot.cli.options.PlaceOptions;
import taproot.cli.show.ExecReport;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.Output;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;
import taproot.cli.text.Moment;
import taproot.normalizer.CommandRecord;

/** {@code taproot exec}: strace for git. */
@Command(
        name = "exec",
        sortOptions = false,
        description = {
            "Runs CMD and then prints, to stderr, every git command that it ran.",
            "CMD has this terminal, its own exit status, and one variable more: GIT_TRACE2_EVENT."
        },
        footer = {
            "",
            "GIT_TRACE2_EVENT is replaced for CMD where it is set already.",
            "What was recorded is kept only if --state-dir says where.",
            "Git commands that go on for more than a second after CMD are listed as running and",
            "let go. Those of git 2.34 and older would die of that: exec stays until they end.",
            "Status: CMD's own, 128+n if signal n ended it; 125 Taproot failed, 126 CMD cannot run,",
            "127 no such CMD."
        })
public final class ExecCommand implements Callable<Integer> {
    private static final String STDOUT = "-";
    private static final byte[] VARIABLE = "GIT_TRACE2_EVENT=".getBytes(StandardCharsets.US_ASCII);

    private final Session session;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            arity = "0..1",
            fallbackValue = STDOUT,
            preprocessor = Converters.OnlyAttached.class,
            description = "the records instead, one JSON object a line, to FILE, or to stdout after CMD's own output")
    private @Nullable String json;

    @Parameters(arity = "1..*", paramLabel = "CMD", description = "the command and its arguments")
    private List<String> command = List.of();

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    public ExecCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException, InterruptedException {
        Set<Integer> descriptors = descriptors();
        Output records = records();
        try (PrivateDaemon daemon = PrivateDaemon.start(options, session)) {
            SignalRelay signals = SignalRelay.install();
            PosixProcess child = PosixProcess.start(
                    PosixProcess.ownArguments(command.size()), environment(daemon.traceTarget()), descriptors);
            signals.started(child);
            int status = child.waitFor();
            signals.ended();
            Duration took = Duration.ofNanos(System.nanoTime() - child.startedNanos());
            daemon.finish(signals);
            if (records == null) {
                List<CommandRecord> seen = daemon.records();
                ExecReport.lines(seen, Moment.micros(child.startedAt()), took, session.errScreen())
                        .forEach(session.err()::println);
            } else {
                daemon.copy(records);
            }
            return status;
        } catch (CommandFailedException e) {
            throw new CommandFailedException(ExitStatus.EXEC_FAILED, String.valueOf(e.getMessage()), e);
        } catch (PosixProcess.NotStartedException e) {
            throw new CommandFailedException(e.status(), String.valueOf(e.getMessage()), e);
        } catch (OutputClosedException e) {
            throw e;
        } catch (IOException e) {
            throw new CommandFailedException(ExitStatus.EXEC_FAILED, "exec failed: " + e, e);
        } finally {
            if (records != null) {
                records.flush();
            }
        }
    }

    /** To be asked before anything of our own is opened. */
    private static Set<Integer> descriptors() throws CommandFailedException {
        try {
            return Descriptors.inherited();
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitStatus.EXEC_FAILED, "cannot read /proc/self/fd (" + e + "): is /proc mounted?", e);
        }
    }

    /** Opened before CMD runs: a file that cannot be written should not cost its work. Null where a tree is wanted. */
    private @Nullable Output records() throws CommandFailedException {
        if (json == null || json.equals(STDOUT)) {
            return json == null ? null : session.out();
        }
        try {
            return new Output(Files.newOutputStream(Path.of(json)));
        } catch (IOException e) {
            throw new CommandFailedException(ExitStatus.EXEC_FAILED, "cannot write to --json=" + json + ": " + e, e);
        }
    }

    private static List<byte[]> environment(String traceTarget) throws IOException {
        List<byte[]> environment = new ArrayList<>();
        for (byte[] variable : PosixProcess.ownEnvironment()) {
            if (!startsWith(variable, VARIABLE)) {
                environment.add(variable);
            }
        }
        byte[] target = traceTarget.getBytes(StandardCharsets.UTF_8);
        byte[] ours = Arrays.copyOf(VARIABLE, VARIABLE.length + target.length);
        System.arraycopy(target, 0, ours, VARIABLE.length, target.length);
        environment.add(ours);
        return environment;
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
