package taproot.cli.hook;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import taproot.cli.options.PlaceOptions;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.terminal.Session;

/** {@code taproot annotate}: says something about the git command that runs this, as trace2 {@code data} events. */
@Command(
        name = "annotate",
        sortOptions = false,
        description = {
            "Notes something on the record of the git command that is running: from a hook, an editor,",
            "an alias, or whatever else git has started.",
            "",
            "Without this program: git rev-parse --sq-quote taproot:annotations KEY=VALUE..."
        },
        footer = "Status 1: not started by git. Status 3: no daemon.")
public final class AnnotateCommand implements Callable<Integer> {
    private static final String PARENT = "GIT_TRACE2_PARENT_SID";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final Session session;

    @Parameters(
            arity = "1..*",
            paramLabel = "KEY=VALUE",
            description = "what to note; a later value replaces an earlier")
    private Map<String, String> annotations = new LinkedHashMap<>();

    @Mixin
    private PlaceOptions places = new PlaceOptions();

    public AnnotateCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws CommandFailedException {
        String sid = session.environment().getOrDefault(PARENT, "");
        if (sid.isEmpty()) {
            throw new CommandFailedException(
                    ExitStatus.FAILED,
                    "expected " + PARENT + " in the environment, which git gives to what it starts while it is traced;"
                            + " found none: run this from a hook, an editor or an alias of git");
        }
        Path socket = places.places(session.environment()).traceSocket();
        byte[] lines = lines(sid);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer buffer = ByteBuffer.wrap(lines);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitStatus.UNREACHABLE,
                    "no daemon listens at " + socket + " (" + e.getMessage() + "): start one with taproot run",
                    e);
        }
        return ExitStatus.OK;
    }

    private byte[] lines(String sid) {
        String now = TIME.format(session.clock().instant());
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        try {
            for (Map.Entry<String, String> annotation : annotations.entrySet()) {
                try (JsonGenerator json =
                        new JsonFactory().createGenerator(lines).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)) {
                    json.writeStartObject();
                    json.writeStringField("event", "data");
                    json.writeStringField("sid", sid);
                    json.writeStringField("thread", "main");
                    json.writeStringField("time", now);
                    json.writeNumberField("t_abs", 0.0);
                    json.writeNumberField("t_rel", 0.0);
                    json.writeNumberField("nesting", 1);
                    json.writeStringField("category", "taproot");
                    json.writeStringField("key", annotation.getKey());
                    json.writeStringField("value", annotation.getValue());
                    json.writeEndObject();
                }
                lines.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot happen: memory does not fail to be written", e);
        }
        return lines.toByteArray();
    }
}
