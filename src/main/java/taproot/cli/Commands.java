package taproot.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The registry of commands, in the order of the help. A new command is one file and one line here. */
enum Commands {
    RUN(RunCommand::new),
    EXEC(ExecCommand::new),
    LOG(LogCommand::new),
    SHOW(ShowCommand::new),
    STATUS(StatusCommand::new),
    WAIT(WaitCommand::new),
    IMPORT(ImportCommand::new);

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
