package taproot.normalizer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RecordJsonTest {
    private static final CommandRecord.Repository REPOSITORY = CommandRecord.Repository.at("/r");

    @Test
    void unknownIsNullAndEmptyIsLeftOut() {
        String json = new String(RecordJson.write(CommandRecords.plain(List.of("git", "status"))), UTF_8);
        assertThat(json)
                .isEqualTo("{\"v\":1,\"key\":\"$\",\"sid\":\"$\",\"root\":\"$\",\"detached\":false,"
                                .replace("$", CommandRecords.SID)
                        + "\"argv\":[\"git\",\"status\"],\"command\":\"status\",\"read_only\":true,\"git_version\":\"2.39.5\","
                        + "\"pid\":5770,\"ancestry\":[\"bash\",\"systemd\"],\"started_at\":\"2026-11-20T05:00:11.221335Z\","
                        + "\"finished_at\":\"2026-11-20T05:00:11.222335Z\",\"duration_us\":1000,\"outcome\":\"exited\","
                        + "\"exit_code\":0,\"signal\":null,\"processes\":[{\"sid\":\"" + CommandRecords.SID
                        + "\",\"argv\":[\"git\",\"status\"],\"command\":\"status\","
                        + "\"started_at\":\"2026-11-20T05:00:11.221335Z\",\"duration_us\":1000,\"outcome\":\"exited\","
                        + "\"exit_code\":0}],\"events\":6,\"truncated\":false,\"trace\":\"none\"}");
    }

    @Test
    void everyFieldStandsInTheOrderOfTheDesign() throws IOException {
        CommandRecord full = new CommandRecord(
                "k",
                "s",
                "r",
                "p",
                "x",
                true,
                true,
                List.of("git"),
                "c",
                "h",
                "m",
                new CommandRecord.Alias("a", List.of("b")),
                true,
                List.of(new Effect.Commit(true, "1")),
                REPOSITORY,
                "2",
                1L,
                "bash",
                List.of("bash"),
                1,
                2L,
                1L,
                Outcome.EXITED,
                0,
                13,
                List.of("e"),
                List.of(new CommandRecord.Param("n", "v", "local")),
                List.of(new CommandRecord.ProcessEntry(
                        "s", "p", List.of(), null, REPOSITORY, 1L, null, null, null, true)),
                List.of(new CommandRecord.ChildEntry("s", "hook", "pre-commit", List.of("x"), true, 1L, 2L, 0, 9L)),
                List.of(new CommandRecord.Timer("c", "n", 1, 2, 3, 4)),
                List.of(new CommandRecord.Counter("c", "n", 1)),
                Map.of("k", "v"),
                List.of(new CommandRecord.RefChange("refs/heads/x", "0", "1", "hook", "s/t")),
                "exact",
                List.of(new CommandRecord.Rewrite("2", "3")),
                5,
                true,
                Map.of("late", 2L),
                TraceExtent.PARTIAL);
        byte[] json = RecordJson.write(full);
        assertThat(String.join(" ", names(RecordJson.withSeq(json, 7))))
                .isEqualTo("v seq key sid root parent session detached late argv command hierarchy mode"
                        + " alias(name argv) read_only effects(kind commit) repository(worktree) git_version pid caller ancestry started_at"
                        + " finished_at duration_us outcome exit_code signal errors params(name value scope)"
                        + " processes(sid parent argv command repository(worktree) started_at duration_us outcome"
                        + " exit_code detached) children(class hook argv background started_at duration_us exit_code"
                        + " sid pid) timers(category name intervals total_us min_us max_us)"
                        + " counters(category name count) annotations(k) ref_changes(ref old new source sid)"
                        + " ref_confidence rewrites(old new) events truncated dropped(late) trace");
        assertThat(RecordJson.read(json).record()).isEqualTo(full);
    }

    @Property(tries = 500)
    void whatIsWrittenReadsBackEqual(@ForAll("records") CommandRecord command) throws IOException {
        byte[] json = RecordJson.write(command);
        assertThat(RecordJson.read(json)).isEqualTo(new StoredRecord(null, command));
        assertThat(RecordJson.read(RecordJson.withSeq(json, 42).getBytes(UTF_8)))
                .isEqualTo(new StoredRecord(42L, command));
    }

    @Provide
    Arbitrary<CommandRecord> records() {
        return CommandRecords.any();
    }

    @Property(tries = 2000)
    void timesAreThoseOfTheCalendar(
            @ForAll @LongRange(min = -62_167_219_200_000_000L, max = 253_402_300_799_999_999L) long micros) {
        byte[] time = new byte[RecordTime.LENGTH];
        RecordTime.write(micros, time);
        String expected = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
                .withZone(java.time.ZoneOffset.UTC)
                .format(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
        assertThat(new String(time, UTF_8)).isEqualTo(expected);
        assertThat(RecordTime.micros(expected)).isEqualTo(micros);
    }

    @Test
    void aBrokenClockDoesNotCostTheRecord() {
        byte[] time = new byte[RecordTime.LENGTH];
        RecordTime.write(Long.MAX_VALUE, time);
        assertThat(new String(time, UTF_8)).isEqualTo("9999-12-31T23:59:59.999999Z");
        RecordTime.write(Long.MIN_VALUE, time);
        assertThat(new String(time, UTF_8)).isEqualTo("0000-01-01T00:00:00.000000Z");
    }

    @Test
    void halfACharacterCostsNothing() throws IOException {
        for (int length : new int[] {0, 1, 996, 1_999, 3_998, 8_000, 40_000}) {
            String pad = "x".repeat(length);
            CommandRecord half = CommandRecords.record(
                    List.of("git", pad + "\uD800b", pad + "\uD83D\uDE00", "\uDC00" + pad + "\uD800"),
                    null,
                    null,
                    List.of(),
                    List.of(),
                    List.of(),
                    Map.of("\uD83D\uDE00" + pad, "\uD800"));
            assertThat(RecordJson.read(RecordJson.write(half)).record()).isEqualTo(half);
        }
        CommandRecord name = CommandRecords.record(
                List.of(), null, null, List.of(), List.of(), List.of(), Map.of("a\uDC00\uD83D\uDE00", "v"));
        assertThat(RecordJson.read(RecordJson.write(name)).record().annotations())
                .isEqualTo(Map.of("a\uFFFD\uD83D\uDE00", "v"));
    }

    @Test
    void writingToAStreamIsTheSpliceInBytes() throws IOException {
        CommandRecord command = CommandRecords.plain(List.of("git", "é"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        RecordJson.write(out, 12L, command);
        assertThat(out.toString(UTF_8)).isEqualTo(RecordJson.withSeq(RecordJson.write(command), 12));
        out.reset();
        RecordJson.write(out, null, command);
        assertThat(out.toByteArray()).isEqualTo(RecordJson.write(command));
    }

    @Test
    void fieldsOfNewerVersionsAreSkipped() throws IOException {
        CommandRecord command = CommandRecords.plain(List.of("git", "status"));
        String newer = new String(RecordJson.write(command), UTF_8)
                .replace("\"detached\":false", "\"omens\":[{\"a\":[1.5,null]}],\"detached\":false")
                .replace("\"class\"", "\"future\":{},\"class\"");
        assertThat(RecordJson.read(newer.getBytes(UTF_8)).record()).isEqualTo(command);
    }

    @Test
    void whatIsNoRecordIsRefusedWithItsReason() {
        assertRefused("[]", "expected a JSON object");
        assertRefused("{}", "expected a field \"v\"");
        assertRefused("{\"v\":2}", "expected \"v\":1, got 2");
        assertRefused("{\"v\":1}", "expected a field \"key\"");
        assertRefused("{\"v\":1,\"key\":7}", "expected a string in \"key\", got 7");
        assertRefused("{\"v\":1,\"key\":\"k\"", "end-of-input");
        assertThatThrownBy(() -> RecordJson.withSeq("{}".getBytes(UTF_8), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("got {}");
        assertThatThrownBy(() -> RecordJson.withSeq("{\"v\":1,\"seq\":1,".getBytes(UTF_8), 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRefused(String json, String reason) {
        assertThatThrownBy(() -> RecordJson.read(json.getBytes(UTF_8)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(reason);
    }

    /** Field names in order, those of objects in parentheses behind them. */
    private static List<String> names(String json) throws IOException {
        StringBuilder names = new StringBuilder();
        int depth = 0;
        try (JsonParser in = RecordJson.FACTORY.createParser(json)) {
            for (JsonToken token = in.nextToken(); token != null; token = in.nextToken()) {
                switch (token) {
                    case FIELD_NAME ->
                        names.append(names.isEmpty() || names.toString().endsWith("(") ? "" : " ")
                                .append(in.currentName());
                    case START_OBJECT -> names.append(depth++ == 0 ? "" : "(");
                    case END_OBJECT -> names.append(--depth == 0 ? "" : ")");
                    default -> {}
                }
            }
        }
        return List.of(names.toString());
    }
}
