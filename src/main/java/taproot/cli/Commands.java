package taproot.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import taproot.cli.config.ConfigCommand;
import taproot.cli.daemon.ReloadCommand;
import taproot.cli.daemon.RunCommand;
import taproot.cli.daemon.StatusCommand;
import taproot.cli.daemon.WaitCommand;
import taproot.cli.doctor.DoctorCommand;
import taproot.cli.exec.ExecCommand;
import taproot.cli.gitconfig.DisableCommand;
import taproot.cli.gitconfig.EnableCommand;
import taproot.cli.hook.AnnotateCommand;
import taproot.cli.hook.HookCommand;
import taproot.cli.log.ForgetCommand;
import taproot.cli.log.ImportCommand;
import taproot.cli.log.LogCommand;
import taproot.cli.log.SummaryCommand;
import taproot.cli.log.TailCommand;
import taproot.cli.show.ShowCommand;
import taproot.cli.sinks.SinksCommand;
import taproot.cli.terminal.Session;

/** The registry of commands, in the order of the help. A new command is one file, in the room of its kind, and one line here. */
enum Commands {
    RUN(RunCommand::new),
    EXEC(ExecCommand::new),
    LOG(LogCommand::new),
    TAIL(TailCommand::new),
    SHOW(ShowCommand::new),
    SUMMARY(SummaryCommand::new),
    STATUS(StatusCommand::new),
    WAIT(WaitCommand::new),
    RELOAD(ReloadCommand::new),
    SINKS(SinksCommand::new),
    ANNOTATE(AnnotateCommand::new),
    HOOK(HookCommand::new),
    IMPORT(ImportCommand::new),
    FORGET(ForgetCommand::new),
    ENABLE(EnableCommand::new),
    DISABLE(DisableCommand::new),
    DOCTOR(DoctorCommand::new),
    CONFIG(ConfigCommand::new),
    COMPLETION(CompletionCommand::new),
    MAN(ManCommand::new);

    @SuppressWarnings("ImmutableEnumChecker") // A constructor holds no state.
    private final Function<Session, Callable<Integer>> create;

    Commands(Function<Session, Callable<Integer>> create) {
        this.create = create;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    Callable<Integer> create(Session session) {
        return create.apply(session);
    }

    static @Nullable Commands named(String word) {
        for (Commands command : values()) {
            if (command.word().equals(word)) {
                return command;
            }
        }
        return null;
    }
}
