package taproot.daemon.sink;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process with a log and its sinks, to be killed: says {@code done} when everything in the log is delivered. */
public final class SinkProcess {
    private SinkProcess() {}

    /** @param configuration {@code KEY=VALUE} each */
    public static Process start(Path stateDirectory, List<String> configuration) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                SinkProcess.class.getName(),
                stateDirectory.toString()));
        command.addAll(configuration);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    public static void main(String[] args) throws Exception {
        List<String> arguments = List.of(args);
        try (Outlet outlet = Outlet.open(Path.of(arguments.getFirst()), arguments.subList(1, arguments.size()))) {
            outlet.awaitAllDelivered();
            System.out.println("done");
            System.out.flush();
            Thread.currentThread().join();
        }
    }
}
