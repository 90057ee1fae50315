package taproot.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class DurationHistogramTest {
    @Test
    void aPercentileIsWithinThreePercentOfTheTruth() {
        Random random = new Random(7);
        long[] micros = new long[20_000];
        DurationHistogram histogram = new DurationHistogram();
        for (int i = 0; i < micros.length; i++) {
            micros[i] = Math.round(Math.exp(random.nextDouble() * 20));
            histogram.add(micros[i], 1);
        }
        Arrays.sort(micros);
        for (double part : new double[] {0.01, 0.5, 0.95, 0.99, 1}) {
            long truth = micros[(int) Math.ceil(part * micros.length) - 1];
            assertThat(histogram.percentile(part)).isCloseTo(truth, Percentage.withPercentage(3.2));
        }
    }

    @Test
    void everyDurationHasAClassNearIt() {
        for (long micros = 0; micros < 100_000; micros++) {
            DurationHistogram one = new DurationHistogram();
            one.add(micros, 1);
            assertThat(one.percentile(0.5)).isCloseTo(micros, Percentage.withPercentage(3.2));
        }
        DurationHistogram extreme = new DurationHistogram();
        extreme.add(-1, 1);
        assertThat(extreme.percentile(1)).isZero();
        extreme.add(Long.MAX_VALUE, 1);
        assertThat(extreme.percentile(1)).isCloseTo(Long.MAX_VALUE, Percentage.withPercentage(3.2));
    }

    @Test
    void withoutADurationThereIsNoPercentile() {
        assertThat(new DurationHistogram().percentile(0.5)).isNull();
    }
}
