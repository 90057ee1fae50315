package taproot.daemon.sink.iceberg;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import taproot.daemon.sink.Outlet;

/**
 * A process with some daemons that share nothing but the table: each has a log and a sink of its own, and commands of its
 * own, {@code records} of them. It says what it saw when everything is delivered.
 */
final class WriterProcess {
    private WriterProcess() {}

    /**
     * What a process saw, of all its daemons together.
     *
     * @param surfaced deliveries that did not succeed at once
     * @param slowestFirst of the first deliveries of each sink, in which classes are loaded
     * @param tookMs the others
     */
    record Report(long commits, long conflicts, long surfaced, long slowestFirst, List<Long> tookMs, String errors) {
        static Report none() {
            return new Report(0, 0, 0, 0, List.of(), "");
        }

        Report plus(Report other) {
            return new Report(
                    commits + other.commits,
                    conflicts + other.conflicts,
                    surfaced + other.surfaced,
                    Math.max(slowestFirst, other.slowestFirst),
                    Stream.concat(tookMs.stream(), other.tookMs.stream())
                            .sorted()
                            .toList(),
                    errors + other.errors);
        }

        long percentile(int percent) {
            return tookMs.isEmpty() ? -1 : tookMs.get(Math.min(tookMs.size() - 1, tookMs.size() * percent / 100));
        }
    }

    /** @param first of whose commands; the others follow */
    static Process start(Path directory, int daemons, int first, int records, List<String> settings)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                WriterProcess.class.getName(),
                directory.toString(),
                Integer.toString(daemons),
                Integer.toString(first),
                Integer.toString(records)));
        command.addAll(settings);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    static Report report(Process process) throws IOException {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("a writer ended before it was done");
            }
            List<Long> numbers =
                    Arrays.stream(line.split(" ")).map(Long::valueOf).toList();
            String errors = lines.readLine();
            return new Report(
                    numbers.get(0),
                    numbers.get(1),
                    numbers.get(2),
                    numbers.get(3),
                    numbers.subList(4, numbers.size()),
                    errors == null ? "" : errors);
        }
    }

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        int daemons = Integer.parseInt(args[1]);
        int first = Integer.parseInt(args[2]);
        int records = Integer.parseInt(args[3]);
        List<String> settings = List.of(args).subList(4, args.length);
        List<Outlet> outlets = new ArrayList<>();
        for (int daemon = 0; daemon < daemons; daemon++) {
            outlets.add(Outlet.open(directory.resolve("daemon" + (first + daemon * records)), settings));
        }
        for (int daemon = 0; daemon < daemons; daemon++) {
            int from = first + daemon * records;
            Outlet outlet = outlets.get(daemon);
            if (outlet.committed() == 0) { // Else it was killed, and is started again.
                outlet.append(from, from + records);
            }
        }
        long[] sums = new long[3];
        for (Outlet outlet : outlets) {
            long head = outlet.committed();
            outlet.await(
                    status -> status.cursor() == head && status.batch() == null && status.lagRecords() == 0,
                    Duration.ofMinutes(15));
        }
        StringBuilder errors = new StringBuilder();
        for (Outlet outlet : outlets) {
            outlet.close();
            String error = outlet.status().lastError();
            errors.append(error == null ? "" : " (" + error.replace('\n', ' ') + ")");
            sums[0] += outlet.status().figures().getOrDefault("commits", 0L);
            sums[1] += outlet.status().figures().getOrDefault("conflicts", 0L);
            sums[2] += outlet.status().failures() + outlet.status().unknown();
        }
        StringBuilder line =
                new StringBuilder(sums[0] + " " + sums[1] + " " + sums[2] + " " + TimedSinkFactory.SLOWEST_FIRST.get());
        TimedSinkFactory.TOOK.forEach(took -> line.append(' ').append(took));
        System.out.println(line);
        System.out.println(errors);
    }
}
