package taproot.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/** Has JMH measure the parts, each in a JVM like the daemon's, and prints a line for each. */
final class PartsRun {
    private static final TimeValue HALF_A_SECOND = TimeValue.milliseconds(500);

    private PartsRun() {}

    /** @param arguments the JVM's flags */
    public static void main(String[] arguments) throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("taproot\\..*Benchmark")
                        .mode(Mode.AverageTime)
                        .timeUnit(TimeUnit.NANOSECONDS)
                        .forks(1)
                        .warmupIterations(4)
                        .warmupTime(HALF_A_SECOND)
                        .measurementIterations(9)
                        .measurementTime(HALF_A_SECOND)
                        .addProfiler(GCProfiler.class)
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true)
                        .jvmArgs(Arrays.copyOf(arguments, arguments.length))
                        .build())
                .run();
        for (RunResult result : results) {
            Statistics nanos = result.getPrimaryResult().getStatistics();
            System.out.printf(
                    Locale.ROOT,
                    "%-28s %10.0f (%.0f–%.0f)%n",
                    result.getPrimaryResult().getLabel() + allocated(result),
                    nanos.getPercentile(50),
                    nanos.getMin(),
                    nanos.getMax());
        }
    }

    private static String allocated(RunResult result) {
        for (Result<?> secondary : result.getSecondaryResults().values()) {
            if (secondary.getLabel().endsWith("gc.alloc.rate.norm")) {
                return "%9.0f B".formatted(secondary.getScore());
            }
        }
        return "";
    }
}
