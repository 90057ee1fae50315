package taproot.cli.terminal;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The signals somebody sends to end this program. {@code sun.misc.Signal} is the JDK's only word for them; it is used by name,
 * because javac warns of it in a way that nothing can answer.
 */
public enum Signals {
    HUP(1),
    INT(2),
    TERM(15);

    private final int number;

    Signals(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /**
     * From now on the handler has the signal, on a thread of its own. One that whoever started us has chosen to ignore
     * (nohup, a shell's background job) stays ignored, also in children.
     */
    public void handle(Consumer<Signals> handler) {
        if (isIgnored()) {
            return;
        }
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handlerType}, (_, method, _) -> {
                        if (method.getName().equals("handle")) {
                            handler.accept(this);
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handlerType)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name()), proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "expected a JDK with the module jdk.unsupported, got one without signals", e);
        }
    }

    private boolean isIgnored() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("SigIgn:")) {
                    long ignored = Long.parseUnsignedLong(line.substring(7).strip(), 16);
                    return ((ignored >> (number - 1)) & 1) != 0;
                }
            }
            return false;
        } catch (IOException e) {
            return false; // No /proc: the usual case is that nothing is ignored.
        }
    }
}
