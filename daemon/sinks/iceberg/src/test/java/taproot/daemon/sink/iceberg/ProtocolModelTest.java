package taproot.daemon.sink.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ProtocolModelTest {
    private static final ProtocolModel.Bounds TWO_DAEMONS = new ProtocolModel.Bounds(2, 2, 1, 1);

    @Test
    void noOrderOfStepsCrashesAndLostAnswersBringsABatchTwiceOrLosesOne() {
        ProtocolModel.Result result = ProtocolModel.explore(ProtocolModel.Rule.GUARDED, TWO_DAEMONS);

        System.out.printf("%,d states, %,d ends%n", result.states(), result.ends());
        assertThat(result.violation())
                .as(() -> String.join("\n", result.steps()))
                .isNull();
        assertThat(result.ends()).isPositive();
        assertThat(result.states()).isGreaterThan(10_000);
    }

    @Test
    @Tag("long")
    void norWithMoreOfThem() {
        ProtocolModel.Result result =
                ProtocolModel.explore(ProtocolModel.Rule.GUARDED, new ProtocolModel.Bounds(2, 2, 2, 2));

        System.out.printf("%,d states, %,d ends%n", result.states(), result.ends());
        assertThat(result.violation())
                .as(() -> String.join("\n", result.steps()))
                .isNull();
    }

    @Test
    void withoutALookABatchIsThereTwice() {
        ProtocolModel.Result result = ProtocolModel.explore(ProtocolModel.Rule.UNGUARDED, TWO_DAEMONS);

        assertThat(result.violation()).startsWith("twice in the table");
        assertThat(result.steps()).last().asString().contains("the catalog commits");
    }

    @Test
    void aLookBeforeTheCommitAndNotInItIsNotEnough() {
        ProtocolModel.Result result = ProtocolModel.explore(ProtocolModel.Rule.LOOKED_FOR_ONCE, TWO_DAEMONS);

        assertThat(result.violation()).startsWith("twice in the table");
    }

    @Test
    void whoTakesNoAnswerForAFailureRemovesFilesOfTheTable() {
        ProtocolModel.Result result = ProtocolModel.explore(ProtocolModel.Rule.UNKNOWN_IS_FAILED, TWO_DAEMONS);

        assertThat(result.violation()).startsWith("in the table without its files");
    }
}
