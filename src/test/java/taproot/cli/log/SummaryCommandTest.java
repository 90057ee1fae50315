package taproot.cli.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import taproot.cli.Cli;
import taproot.cli.Records;
import taproot.cli.terminal.ExitStatus;
import taproot.cli.text.Json;

class SummaryCommandTest {
    @TempDir
    private Path state;

    @BeforeEach
    void write() throws Exception {
        List<Records> records = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            records.add(
                    Records.record(i, "git fetch --all").at(i * 1_000L, 1_000).in("/src/big"));
        }
        records.add(Records.record(30, "git status").at(3_600_000L, 4).in("/src/small"));
        records.add(Records.record(31, "git push").at(3_600_000L, 500).exit(1).in("/src/small"));
        Records.write(state, records.toArray(Records[]::new));
    }

    @Test
    void itSaysWhereTheTimeGoes() {
        assertThat(summary("--by", "command").out()).isEqualTo("""
                command         count   failed        p50        p95        p99      total
                fetch              20              1.00 s     1.00 s     1.00 s     20.0 s  ██████████
                push                1        1     500 ms     500 ms     500 ms     500 ms
                status              1              4.0 ms     4.0 ms     4.0 ms     4.0 ms
                """);
    }

    @Test
    void withoutAPropertyItGivesAnOverview() {
        assertThat(summary().out().lines().filter(line -> line.matches("(command|repository|caller) .*")))
                .hasSize(3);
        assertThat(summary().out()).contains("/src/big", "fetch", "bash");
    }

    @Test
    void hoursComeInTheirOrder() {
        assertThat(summary("--by", "hour").out().lines().skip(1).map(line -> line.substring(0, 16)))
                .containsExactly("2026-11-20 05:00", "2026-11-20 06:00");
    }

    @Test
    void itTakesTheConditionsOfLog() {
        assertThat(summary("--by", "command", "--failed").out().lines())
                .hasSize(2)
                .last()
                .asString()
                .startsWith("push");
        assertThat(summary("--by", "repository", "--repository", "/src/small")
                        .out()
                        .lines())
                .hasSize(2);
    }

    @Test
    void programsGetOneObjectALine() throws Exception {
        Json fetch = Json.parse(
                summary("--by", "command", "--json").out().lines().findFirst().orElseThrow());
        assertThat(fetch.text("value")).isEqualTo("fetch");
        assertThat(fetch.number("count")).isEqualTo(20);
        assertThat(fetch.number("total_us")).isEqualTo(20_000_000);
    }

    @Test
    void aLimitCutsTheTableAndSaysSo() {
        assertThat(summary("--by", "command", "--limit", "1").out()).endsWith("and 2 more: --limit 0\n");
    }

    @Test
    void nothingFoundIsSaid() {
        assertThat(summary("--command", "nope").err()).isEqualTo("taproot: no record matches\n");
        assertThat(summary("--by", "colour").status()).isEqualTo(ExitStatus.USAGE);
    }

    private Cli summary(String... more) {
        List<String> words = new ArrayList<>(List.of("summary", "--state-dir", state.toString()));
        words.addAll(List.of(more));
        return Cli.run(words.toArray(String[]::new));
    }
}
