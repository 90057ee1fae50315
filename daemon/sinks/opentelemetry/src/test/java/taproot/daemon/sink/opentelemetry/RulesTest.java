package taproot.daemon.sink.opentelemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import taproot.daemon.config.ConfigType;
import taproot.normalizer.CommandRecord;

class RulesTest {
    private static CommandRecord commit() throws Exception {
        return Records.of("commit").getFirst();
    }

    private static Rules rules(List<String> nicknames, String... rules) throws Exception {
        return new Rules(
                ConfigType.texts("", Nickname::parse).reader().read(nicknames),
                ConfigType.texts("", Rule::parse).reader().read(List.of(rules)),
                Detail.PROCESS);
    }

    @Test
    void theFirstRuleThatFitsDecides() throws Exception {
        Rules rules = rules(List.of(), "command=status detail=drop", "command=commit detail=verbose", "detail=summary");
        assertThat(rules.detail(commit())).isEqualTo(Detail.VERBOSE);
        assertThat(rules.detail(Records.of("status").getFirst())).isEqualTo(Detail.DROP);
        assertThat(rules.detail(Records.of("version").getFirst())).isEqualTo(Detail.SUMMARY);
    }

    @Test
    void withoutARuleThatFitsTheSinksOwnDetailHolds() throws Exception {
        assertThat(rules(List.of(), "command=status detail=drop").detail(commit()))
                .isEqualTo(Detail.PROCESS);
    }

    @Test
    void aRepositoryIsMeantByAnyOfItsPathsOrByItsNickname() throws Exception {
        String worktree = Objects.requireNonNull(commit().repository()).worktree();
        assertThat(rules(List.of(), "repository=" + worktree + " detail=drop").detail(commit()))
                .isEqualTo(Detail.DROP);
        assertThat(rules(List.of(), "repository=/nowhere/** detail=drop").detail(commit()))
                .isEqualTo(Detail.PROCESS);
        assertThat(rules(List.of("mine=/**"), "nickname=mine detail=summary").detail(commit()))
                .isEqualTo(Detail.SUMMARY);
    }

    @Test
    void allWordsOfARuleMustFit() throws Exception {
        CommandRecord checkout = Records.of("fail-checkout").getFirst();
        Rules rules = rules(List.of(), "command=checkout mode=path detail=drop");
        assertThat(rules.detail(checkout)).isEqualTo("path".equals(checkout.mode()) ? Detail.DROP : Detail.PROCESS);
    }

    @Test
    void theTrailSaysOfEachRuleWhyItDidNotFitUpToTheOneThatDecided() throws Exception {
        assertThat(rules(
                                List.of("mine=/**"),
                                "command=status detail=drop",
                                "nickname=mine detail=summary",
                                "detail=drop")
                        .explain(commit()))
                .containsExactly(
                        "nickname: mine",
                        "rule 1 \"command=status detail=drop\": does not fit, its command is commit",
                        "rule 2 \"nickname=mine detail=summary\": fits, so the detail is summary");
        assertThat(rules(List.of()).explain(commit()).getLast())
                .isEqualTo("no rule fits, so the detail is the sink's own: process");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "command=status",
                "detail=loud",
                "detail=drop colour=red",
                "detail=drop repository=relative",
                "detail"
            })
    void whatIsNoRuleIsRefusedWithItsText(String text) {
        assertThatThrownBy(() -> Rule.parse(text))
                .isInstanceOf(ConfigType.BadValue.class)
                .hasMessageContaining(text.split(" ")[0]);
    }
}
