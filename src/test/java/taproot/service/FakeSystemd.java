package taproot.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The other end of {@code NOTIFY_SOCKET}: a real datagram socket, and what has come through it. */
final class FakeSystemd implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
    private final String address;

    /** @param address a path, or behind {@code @} a name in the abstract name space */
    FakeSystemd(String address) throws InterruptedException {
        this.address = address;
        new Bootstrap()
                .group(loop)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                        messages.add(packet.content().toString(StandardCharsets.UTF_8));
                    }
                })
                .bind(new DomainSocketAddress(address.startsWith("@") ? "\0" + address.substring(1) : address))
                .sync();
    }

    Map<String, String> environment() {
        return Map.of("NOTIFY_SOCKET", address);
    }

    /** The next message, which has to have this assignment among its own. */
    Map<String, String> expect(String assignment) throws InterruptedException {
        String message = messages.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(message).as("the next message").isNotNull();
        assertThat(message.lines()).contains(assignment);
        return assignments(message);
    }

    /** The next message that has this assignment; those before it are forgotten. */
    Map<String, String> await(String assignment) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            String message = messages.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
            assertThat(message).as("a message with " + assignment).isNotNull();
            if (message.lines().anyMatch(assignment::equals)) {
                return assignments(message);
            }
        }
    }

    /** What comes within so long, if anything does. */
    @Nullable
    String within(long millis) throws InterruptedException {
        return messages.poll(millis, TimeUnit.MILLISECONDS);
    }

    void forget() {
        messages.clear();
    }

    private static Map<String, String> assignments(String message) {
        Map<String, String> assignments = new HashMap<>();
        for (String line : message.split("\n")) {
            String[] parts = line.split("=", 2);
            assertThat(parts).as(line).hasSize(2);
            assignments.put(parts[0], parts[1]);
        }
        return assignments;
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
