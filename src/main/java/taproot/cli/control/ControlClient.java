package taproot.cli.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import taproot.cli.terminal.CommandFailedException;
import taproot.cli.terminal.ExitStatus;

/**
 * Asks the daemon over its control socket. HTTP/1.1 over the JDK's own Unix sockets: an event loop and its native library
 * would cost each command their start-up.
 */
public final class ControlClient {
    private final Path socket;

    public ControlClient(Path socket) {
        this.socket = socket;
    }

    /**
     * Sends one request on a connection of its own and returns the whole answer, whatever its status.
     *
     * @param timeout for everything together
     * @throws CommandFailedException when no daemon listens or none answers in time
     */
    public HttpReply ask(String method, String target, Duration timeout) throws CommandFailedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        String request = method + " " + target + " HTTP/1.1\r\nHost: taproot\r\nConnection: close\r\n"
                + (method.equals("POST") ? "Content-Length: 0\r\n" : "") + "\r\n";
        try (SocketChannel channel = connect();
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            ByteBuffer out = ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII));
            while (out.hasRemaining()) {
                await(selector, deadline, timeout);
                channel.write(out);
            }
            key.interestOps(SelectionKey.OP_READ);
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer in = ByteBuffer.allocate(16_384);
            while (channel.read(in) >= 0) {
                answer.write(in.array(), 0, in.position());
                if (in.position() == 0) {
                    await(selector, deadline, timeout);
                }
                in.clear();
            }
            return HttpReply.parse(answer.toByteArray());
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitStatus.UNREACHABLE,
                    "the daemon on " + socket + " gave no proper answer (" + e.getMessage()
                            + "): see what it says on its stderr",
                    e);
        }
    }

    private SocketChannel connect() throws CommandFailedException {
        try {
            return SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (SocketException e) {
            throw nobodyThere(e);
        } catch (IOException e) {
            throw new CommandFailedException(
                    ExitStatus.UNREACHABLE, "cannot connect to " + socket + ": " + e.getMessage(), e);
        }
    }

    private CommandFailedException nobodyThere(SocketException e) {
        String advice = "start one with: taproot run";
        if (!Files.exists(socket)) {
            return new CommandFailedException(
                    ExitStatus.UNREACHABLE, "no daemon runs (there is no " + socket + "); " + advice, e);
        }
        return new CommandFailedException(
                ExitStatus.UNREACHABLE, "no daemon answers on " + socket + " (" + e.getMessage() + "); " + advice, e);
    }

    private void await(Selector selector, long deadline, Duration timeout) throws IOException, CommandFailedException {
        long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        if (left <= 0 || selector.select(left) == 0) {
            throw new CommandFailedException(
                    ExitStatus.UNREACHABLE,
                    "the daemon on " + socket + " did not answer within " + timeout.toSeconds()
                            + " s: it is wedged or stopped; see what it says on its stderr");
        }
        selector.selectedKeys().clear();
    }
}
