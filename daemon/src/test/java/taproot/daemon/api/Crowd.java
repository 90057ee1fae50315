package taproot.daemon.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Many subscribers on sockets of their own, read by one thread, each of whom remembers the ids that he was sent. */
final class Crowd implements AutoCloseable {
    private static final byte[] ID = "id: ".getBytes(StandardCharsets.US_ASCII);

    private final Selector selector = Selector.open();
    private final List<Member> members = new ArrayList<>();

    /** One of them: the line that he is in, up to where it shows that it is no id. */
    private static final class Member {
        final SocketChannel channel;
        final List<Long> seqs = new ArrayList<>();
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Member(SocketChannel channel) {
            this.channel = channel;
        }

        void take(byte b) {
            if (b == '\n') {
                String text = line.toString(StandardCharsets.US_ASCII);
                if (text.startsWith("id: ")) {
                    seqs.add(Long.parseLong(text.substring(ID.length)));
                }
                line.reset();
            } else if (line.size() < 32) {
                line.write(b);
            }
        }
    }

    Crowd(Path socket, int size) throws IOException {
        for (int i = 0; i < size; i++) {
            SocketChannel channel = Http.sent(socket, "GET /v1/stream?after=0", "");
            Member member = new Member(channel);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, member);
            members.add(member);
        }
    }

    /** Reads until each has so many records, or the connection of one ends. */
    void read(int records) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
        while (members.stream().anyMatch(member -> member.seqs.size() < records)) {
            selector.select(100);
            for (SelectionKey key : selector.selectedKeys()) {
                Member member = (Member) key.attachment();
                buffer.clear();
                if (member.channel.read(buffer) < 0) {
                    throw new IOException("closed after " + member.seqs);
                }
                buffer.flip();
                while (buffer.hasRemaining()) {
                    member.take(buffer.get());
                }
            }
            selector.selectedKeys().clear();
        }
    }

    List<List<Long>> seqs() {
        return members.stream().map(member -> member.seqs).toList();
    }

    @Override
    public void close() throws IOException {
        for (Member member : members) {
            member.channel.close();
        }
        selector.close();
    }
}
