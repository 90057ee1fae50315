package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each event with its fields, without each field it needs, and with each of another type. */
class EventKindTest {
    /** The fields each event cannot do without, as JSON; an event that needs none is not among them. */
    private static final Map<EventKind, Map<String, String>> REQUIRED = Map.ofEntries(
            Map.entry(EventKind.VERSION, Map.of("exe", "\"2.55.0\"")),
            Map.entry(EventKind.START, Map.of("argv", "[\"git\",\"status\"]")),
            Map.entry(EventKind.CMD_ANCESTRY, Map.of("ancestry", "[\"bash\"]")),
            Map.entry(EventKind.CMD_NAME, Map.of("name", "\"status\"")),
            Map.entry(EventKind.CMD_MODE, Map.of("name", "\"path\"")),
            Map.entry(EventKind.ALIAS, Map.of("alias", "\"st\"", "argv", "[\"status\"]")),
            Map.entry(EventKind.DEF_REPO, Map.of("repo", "1", "worktree", "\"/w\"")),
            Map.entry(EventKind.DEF_PARAM, Map.of("param", "\"user.name\"")),
            Map.entry(EventKind.CHILD_START, Map.of("child_id", "0", "argv", "[\"sh\"]")),
            Map.entry(EventKind.CHILD_EXIT, Map.of("child_id", "0", "pid", "7", "code", "0")),
            Map.entry(EventKind.CHILD_READY, Map.of("child_id", "0", "pid", "7")),
            Map.entry(
                    EventKind.TIMER,
                    Map.of(
                            "category",
                            "\"c\"",
                            "name",
                            "\"n\"",
                            "intervals",
                            "1",
                            "t_total",
                            "0.1",
                            "t_min",
                            "0.1",
                            "t_max",
                            "0.1")),
            Map.entry(EventKind.COUNTER, Map.of("category", "\"c\"", "name", "\"n\"", "count", "1")),
            Map.entry(EventKind.ERROR, Map.of("msg", "\"fatal\"")),
            Map.entry(EventKind.SIGNAL, Map.of("signo", "13")),
            Map.entry(EventKind.EXIT, Map.of("code", "0")),
            Map.entry(EventKind.ATEXIT, Map.of("code", "0")));

    private final LineReader reader = new LineReader(new EventDecoder());

    static Stream<Arguments> fields() {
        return REQUIRED.entrySet().stream()
                .flatMap(event -> event.getValue().keySet().stream().map(field -> Arguments.of(event.getKey(), field)));
    }

    @Test
    void everyEventThatARecordNeedsIsListedHereOrNeedsNoField() {
        EnumSet<EventKind> needNothing = EnumSet.of(EventKind.EXEC, EventKind.EXEC_RESULT, EventKind.DATA);
        for (EventKind kind : EventKind.values()) {
            if (kind.reader() != null && !needNothing.contains(kind)) {
                assertThat(REQUIRED).containsKey(kind);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("fields")
    void withAllItsFieldsItIsRead(EventKind kind, String ignored) {
        assertThat(read(kind, "", ""))
                .isInstanceOfSatisfying(
                        Line.class, line -> assertThat(line.event).isNotNull());
    }

    @ParameterizedTest
    @MethodSource("fields")
    void withoutAFieldItNeedsTheLineIsMalformed(EventKind kind, String field) {
        assertThat(read(kind, field, null)).isEqualTo(malformed());
    }

    @ParameterizedTest
    @MethodSource("fields")
    void withAFieldOfAnotherTypeTheLineIsMalformed(EventKind kind, String field) {
        assertThat(read(kind, field, "{\"a\":[1]}")).isEqualTo(malformed());
        assertThat(read(kind, field, "null")).isEqualTo(malformed());
        assertThat(read(kind, field, "true")).isEqualTo(malformed());
        assertThat(read(kind, field, "[null]")).isEqualTo(malformed());
    }

    @Test
    void aParameterWithoutValueHasNone() {
        Line line = (Line) read(EventKind.DEF_PARAM, "", "");
        assertThat(line.event).isEqualTo(new DefParamEvent(new CommandRecord.Param("user.name", null, null)));
    }

    @Test
    void anErrorOfTheCredentialManagerSaysFormatForFmt() {
        byte[] bytes =
                "{\"event\":\"error\",\"sid\":\"s\",\"format\":\"it failed: {0}\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(reader.read(bytes, 0, bytes.length))
                .isInstanceOfSatisfying(
                        Line.class, line -> assertThat(line.event).isEqualTo(new ErrorEvent("it failed: {0}")));
    }

    @Test
    void dataIsAnAnnotationOnlyInTheCategoryTaproot() {
        assertThat(data("\"category\":\"taproot\",\"key\":\"k\",\"value\":\"v\""))
                .isEqualTo(new AnnotationEvent("k", "v"));
        assertThat(data("\"category\":\"index\",\"key\":\"taproot\",\"value\":\"\\\"taproot\\\"\""))
                .isNull();
        assertThat(data("\"category\":\"index\",\"key\":\"k\",\"value\":{\"a\":1}"))
                .isNull();
    }

    private @org.jspecify.annotations.Nullable Event data(String fields) {
        byte[] bytes =
                ("{\"event\":\"data\",\"sid\":\"s\",\"t_abs\":0.1," + fields + "}").getBytes(StandardCharsets.UTF_8);
        return ((Line) reader.read(bytes, 0, bytes.length)).event;
    }

    private static ReadLine malformed() {
        return new ReadLine.Dropped(DropReason.MALFORMED, Sid.of("s"));
    }

    /** The line with one field's value exchanged, or left out where it is null. */
    private ReadLine read(EventKind kind, String changed, @org.jspecify.annotations.Nullable String value) {
        StringBuilder line = new StringBuilder(
                "{\"event\":\"" + kind.name().toLowerCase(Locale.ROOT) + "\",\"sid\":\"s\",\"thread\":\"main\"");
        java.util.Objects.requireNonNull(REQUIRED.get(kind)).forEach((name, usual) -> {
            String chosen = name.equals(changed) ? value : usual;
            if (chosen != null) {
                line.append(",\"").append(name).append("\":").append(chosen);
            }
        });
        byte[] bytes = line.append('}').toString().getBytes(StandardCharsets.UTF_8);
        return reader.read(bytes, 0, bytes.length);
    }
}
