package taproot.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A buffered stream of UTF-8 lines. Unlike {@link java.io.PrintStream} it tells when nobody takes them any more. */
public final class Output {
    private final OutputStream out;

    public Output(OutputStream out) {
        this.out = new BufferedOutputStream(out, 16_384);
    }

    public void line(String text) throws OutputClosedException {
        line(text.getBytes(StandardCharsets.UTF_8));
    }

    public void line(byte[] text) throws OutputClosedException {
        try {
            out.write(text);
            out.write('\n');
        } catch (IOException e) {
            throw new OutputClosedException(e);
        }
    }

    /** Bytes that are whole lines already. */
    public void lines(byte[] text) throws OutputClosedException {
        try {
            out.write(text);
        } catch (IOException e) {
            throw new OutputClosedException(e);
        }
    }

    public void flush() throws OutputClosedException {
        try {
            out.flush();
        } catch (IOException e) {
            throw new OutputClosedException(e);
        }
    }
}
