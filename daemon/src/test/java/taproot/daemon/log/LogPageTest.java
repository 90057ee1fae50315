package taproot.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;
import static taproot.daemon.log.CommandQuery.where;
import static taproot.daemon.log.Commands.command;
import static taproot.daemon.log.Commands.plain;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A cursor over the log: every record once, and every removed range said. */
class LogPageTest extends LogTestBase {
    @Test
    void aCursorReadsPageByPage() throws Exception {
        record(5);

        try (LogReader reader = reader()) {
            LogPage page = reader.after(0, 2);
            assertThat(said(page)).containsExactly("1", "2");
            assertThat(page.upTo()).isEqualTo(2);
            assertThat(page.head()).isEqualTo(5);
            assertThat(said(reader.after(2, 3))).containsExactly("3", "4", "5");
            assertThat(said(reader.after(5, 3))).isEmpty();
            assertThat(reader.after(5, 3).upTo()).isEqualTo(5);
        }
    }

    @Test
    void whatIsGoneIsSaidWhereItStood() throws Exception {
        record(10);
        sql("UPDATE meta SET value = 10 WHERE name = 'head'");
        sql("DELETE FROM commands WHERE seq IN (1, 2, 5, 7, 8, 10)");

        try (LogReader reader = reader()) {
            assertThat(said(reader.after(0, 100))).containsExactly("1-2", "3", "4", "5-5", "6", "7-8", "9", "10-10");
            assertThat(reader.after(0, 100).upTo()).isEqualTo(10);
            assertThat(said(reader.after(0, 2))).containsExactly("1-2", "3", "4");
            assertThat(said(reader.after(7, 2))).containsExactly("8-8", "9", "10-10");
        }
    }

    @Test
    void aLogOfWhichEverythingIsGoneSaysSo() throws Exception {
        record(3);
        sql("UPDATE meta SET value = 3 WHERE name = 'head'");
        sql("DELETE FROM commands");

        try (LogReader reader = reader()) {
            assertThat(said(reader.after(0, 100))).containsExactly("1-3");
            assertThat(said(reader.after(3, 100))).isEmpty();
        }
    }

    @Test
    void whatDoesNotMatchIsNotGone() throws Exception {
        CommandLog log = open();
        for (int i = 1; i <= 10; i++) {
            append(log, command("k" + i).named(i % 2 == 0 ? "even" : "odd").finished());
        }
        settled(log);
        sql("DELETE FROM commands WHERE seq IN (2, 3)");

        try (LogReader reader = reader()) {
            assertThat(said(reader.page(where().command("odd").after(0, 2)))).containsExactly("1", "2-3", "5");
            assertThat(said(reader.page(where().command("odd").after(5, 0)))).containsExactly("7", "9");
            assertThat(reader.page(where().command("odd").after(5, 0)).upTo()).isEqualTo(10);
        }
    }

    @Test
    void aFilterThatMatchesLittleGoesOnPageByPage() throws Exception {
        record(10_000);

        List<String> found = new ArrayList<>();
        int pages = 0;
        try (LogReader reader = reader()) {
            for (long at = 0; at < 10_000; pages++) {
                LogPage page = reader.page(where().minDurationUs(1_000_000L).after(at, 0));
                found.addAll(said(page));
                assertThat(page.upTo()).isGreaterThan(at);
                at = page.upTo();
            }
        }
        assertThat(found).isEmpty();
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void aCursorAheadOfTheHeadStaysWhereItIs() throws Exception {
        record(2);

        try (LogReader reader = reader()) {
            LogPage page = reader.after(7, 10);
            assertThat(page).isEqualTo(new LogPage(List.of(), 7, 2));
        }
    }

    private void record(int commands) throws Exception {
        CommandLog log = open();
        for (int i = 1; i <= commands; i++) {
            append(log, plain("k" + i));
        }
        settled(log);
    }

    private static List<String> said(LogPage page) {
        return page.entries().stream()
                .map(entry -> switch (entry) {
                    case StoredCommand stored -> Long.toString(stored.seq());
                    case RemovedRange(long from, long to) -> from + "-" + to;
                })
                .toList();
    }
}
