package taproot.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import taproot.cli.manual.FishCompletion;
import taproot.cli.manual.ZshCompletion;
import taproot.cli.options.Converters;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;

/** {@code taproot completion}: what a shell has to read to complete our words. Made from the commands themselves. */
@Command(
        name = "completion",
        sortOptions = false,
        description = "Prints what a shell has to read to complete taproot's words.",
        footer = {
            "",
            "bash:  source <(taproot completion bash), in ~/.bashrc",
            "zsh:   source <(taproot completion zsh), in ~/.zshrc behind compinit",
            "fish:  taproot completion fish >~/.config/fish/completions/taproot.fish"
        })
final class CompletionCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(
            paramLabel = "SHELL",
            converter = ToShell.class,
            completionCandidates = Shells.class,
            description = "bash, zsh or fish")
    private Shell shell = Shell.BASH;

    @Mixin
    @SuppressWarnings("UnusedVariable") // Every command takes them.
    private PlaceOptions places = new PlaceOptions();

    CompletionCommand(Session session) {
        this.session = session;
    }

    /** The shells there is one for. */
    enum Shell {
        BASH,
        ZSH,
        FISH
    }

    /** Their names, for completion. */
    static final class Shells extends Converters.Words {
        Shells() {
            super(Shell.class);
        }
    }

    /** By these names. */
    static final class ToShell extends Converters.ToWord<Shell> {
        ToShell() {
            super(Shell.class);
        }
    }

    @Override
    public Integer call() throws OutputClosedException {
        CommandLine program = Taproot.whole(session);
        String script = switch (shell) {
            case BASH -> AutoComplete.bash("taproot", program);
            case ZSH -> ZshCompletion.of(program);
            case FISH -> FishCompletion.of(program);
        };
        session.out().line(script.stripTrailing());
        return ExitStatus.OK;
    }
}
