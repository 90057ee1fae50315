package taproot.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import taproot.cli.manual.ManPages;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.OutputClosedException;
import taproot.cli.terminal.Session;
import taproot.cli.terminal.Version;

/** {@code taproot man}: the manual pages, made from the commands themselves. */
@Command(
        name = "man",
        sortOptions = false,
        description = "Writes the manual pages into DIR/man1, or prints taproot(1).",
        footer = "To read it:  taproot man | man -l -   Their date is today's, or SOURCE_DATE_EPOCH's.")
final class ManCommand implements Callable<Integer> {
    private final Session session;

    @Parameters(paramLabel = "DIR", arity = "0..1", description = "a directory of MANPATH, such as ~/.local/share/man")
    private @Nullable Path directory;

    @Mixin
    @SuppressWarnings("UnusedVariable") // Every command takes them.
    private PlaceOptions places = new PlaceOptions();

    ManCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException, OutputClosedException {
        Map<String, String> pages =
                ManPages.of(Taproot.whole(session), date(), Version.current().text());
        Path target = directory;
        if (target == null) {
            session.out().line(pages.values().iterator().next().stripTrailing());
            return ExitStatus.OK;
        }
        Path section = target.resolve("man1");
        try {
            Files.createDirectories(section);
            for (Map.Entry<String, String> page : pages.entrySet()) {
                Files.writeString(section.resolve(page.getKey()), page.getValue());
            }
        } catch (IOException e) {
            throw new CommandFailedException(ExitStatus.FAILED, "cannot write to " + section + ": " + e, e);
        }
        session.out().line(pages.size() + " pages in " + section);
        return ExitStatus.OK;
    }

    private LocalDate date() {
        String epoch = session.environment().getOrDefault("SOURCE_DATE_EPOCH", "");
        Instant moment = epoch.matches("\\d{1,12}")
                ? Instant.ofEpochSecond(Long.parseLong(epoch))
                : session.clock().instant();
        return moment.atZone(session.zone()).toLocalDate();
    }
}
