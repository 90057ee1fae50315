import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What it costs to be there, against a bare JVM that accepts and does nothing else. */
final class IdleAndStart implements Bench.Part {
    private static final int STARTS = 7;
    private static final List<String> BARE_FLAGS =
            List.of("-XX:+UseSerialGC", "-Xms8m", "-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

    @Override
    public String about() {
        return "launcher to listening, memory and CPU of a daemon that has nothing to do";
    }

    @Override
    public void measure(Lab lab, Bench.Options options) throws Exception {
        Path classes = Lab.HERE.resolveSibling("target").resolve("bench");
        int status = javax.tools.ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-d",
                        classes.toString(),
                        Lab.HERE.resolve("IdleAndStart.java").toString(),
                        "-sourcepath",
                        Lab.HERE.toString());
        if (status != 0) {
            throw new IllegalStateException("the bare JVM's program could not be compiled");
        }
        Path socket = lab.directory("bare").resolve("s");
        List<String> bare = Lab.join(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
                BARE_FLAGS,
                List.of("-cp", classes.toString(), "IdleAndStart$Bare", socket.toString()));
        Report.title(
                "start and idle        start ms (spread)   anonymous MB   resident MB   CPU over %d s",
                options.idleSeconds());
        measure("bare JVM", lab, options, () -> lab.startOther(bare, socket));
        measure("taproot", lab, options, lab::startTaproot);
    }

    private interface Start {
        Lab.Listener start() throws Exception;
    }

    private static void measure(String name, Lab lab, Bench.Options options, Start start) throws Exception {
        List<Double> millis = new ArrayList<>();
        Lab.Listener last = null;
        for (int i = 0; i < STARTS; i++) {
            if (last != null) {
                lab.stop(last);
            }
            long began = System.nanoTime();
            last = start.start();
            millis.add((System.nanoTime() - began) / 1e6);
        }
        Thread.sleep(3_000);
        double cpu = last.cpuMicros();
        Thread.sleep(options.idleSeconds() * 1000L);
        cpu = last.cpuMicros() - cpu;
        Report.row(
                "%-14s %25s %14.1f %13.1f %12.3f %%",
                name,
                Report.spread(millis),
                last.kilobytes("RssAnon") / 1024.0,
                last.kilobytes("VmRSS") / 1024.0,
                cpu / options.idleSeconds() / 1e4);
        lab.stop(last);
    }

    /** The least that a JVM can listen with. */
    static final class Bare {
        public static void main(String[] arguments) throws Exception {
            java.nio.file.Files.deleteIfExists(Path.of(arguments[0]));
            try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                server.bind(UnixDomainSocketAddress.of(arguments[0]));
                while (true) {
                    server.accept().close();
                }
            }
        }
    }
}
