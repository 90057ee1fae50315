package taproot.normalizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every line is a line, ignored, or dropped for the right reason; nothing that anybody can send throws. */
class LineReaderTest {
    private static final String SID = Scenario.ROOT;

    private final LineReader reader = new LineReader(new EventDecoder());

    @Test
    void thePrefixScanAgreesWithJacksonOnEveryRecordedLine() {
        int lines = 0;
        for (Recording recording : Recording.all()) {
            for (Recording.ProcessStream stream : recording.streams()) {
                for (Recording.TimedLine line : stream.lines()) {
                    Map<String, Object> fields = Json.fields(new String(line.bytes(), StandardCharsets.UTF_8));
                    if (read(line.bytes()) instanceof ReadLine.Ignored) {
                        // repo's own events.
                        assertThat(fields.get("event")).isIn("command", "data-json");
                        continue;
                    }
                    Line read = line(line.bytes());
                    assertThat(read.sid()).isEqualTo(Sid.of(String.valueOf(fields.get("sid"))));
                    assertThat(read.kind.name().toLowerCase(java.util.Locale.ROOT))
                            .isEqualTo(fields.get("event"));
                    assertReadAsJacksonReads(read);
                    lines++;
                }
            }
        }
        assertThat(lines).isGreaterThan(5_000);
    }

    /** A line in which a few bytes were changed, cut out, doubled or cut off. */
    @Provide
    static Arbitrary<byte[]> mutatedLines() {
        byte[][] lines = Recording.named("git-2.39.5/commit-hooks").streams().stream()
                .flatMap(stream -> stream.lines().stream())
                .map(Recording.TimedLine::bytes)
                .toArray(byte[][]::new);
        Arbitrary<int[]> changes = Arbitraries.integers()
                .between(0, 1 << 20)
                .array(int[].class)
                .ofMinSize(1)
                .ofMaxSize(8);
        return Arbitraries.of(lines).flatMap(line -> changes.map(how -> mutated(line, how)));
    }

    private static byte[] mutated(byte[] line, int[] changes) {
        byte[] mutated = line.clone();
        byte[] spice = {'"', '\\', '{', '}', '[', ']', ',', ':', 0, (byte) 0xff, (byte) 0xc3, '9', 'e', '-', ' ', '\t'};
        for (int change : changes) {
            if (mutated.length == 0) {
                return mutated;
            }
            int at = change % mutated.length;
            switch (change % 5) {
                case 0 -> mutated[at] = spice[change / 7 % spice.length];
                case 1 -> mutated = Arrays.copyOf(mutated, at);
                case 2 -> mutated = Arrays.copyOfRange(mutated, at, mutated.length);
                case 3 -> {
                    byte[] doubled = Arrays.copyOf(mutated, mutated.length + at);
                    System.arraycopy(mutated, 0, doubled, mutated.length, at);
                    mutated = doubled;
                }
                default -> mutated[at] ^= (byte) (1 << change % 8);
            }
        }
        return mutated;
    }

    @Property(tries = 20_000)
    void aMutatedLineIsReadOrDroppedAndTheNextOneIsReadAllTheSame(@ForAll("mutatedLines") byte[] bytes) {
        LineReader mine = new LineReader(new EventDecoder());
        assertThat(mine.read(bytes, 0, bytes.length)).isNotNull();
        mine.sidOf(bytes, 0, bytes.length);
        byte[] good = bytes("{\"event\":\"exit\",\"sid\":\"" + SID + "\",\"t_abs\":0.5,\"code\":3}");
        assertThat(mine.read(good, 0, good.length)).isInstanceOfSatisfying(Line.class, line -> {
            assertThat(line.sid().value()).isEqualTo(SID);
            assertThat(line.event).isEqualTo(new ExitEvent(3, Fields.ABSENT, 500_000));
        });
    }

    @Property(tries = 20_000)
    void aMutatedLineSaysWhatJacksonReadsInIt(@ForAll("mutatedLines") byte[] bytes) {
        switch (new LineReader(new EventDecoder()).read(bytes, 0, bytes.length)) {
            case Line line -> assertReadAsJacksonReads(line);
            case ReadLine.Ignored _ -> {}
            // Dropped by its reader, which is by Jackson, or before anybody looked into it.
            case ReadLine.Dropped _ -> {}
        }
    }

    private static void assertReadAsJacksonReads(Line line) {
        if (line.event == null) {
            return;
        }
        try {
            EventKind.Reader reader = Objects.requireNonNull(line.kind.reader());
            assertThat(new EventDecoder().decode(reader, line.bytes, line.from, -1, line.to))
                    .isEqualTo(line.event);
        } catch (MalformedEventException e) {
            throw new AssertionError("read, but not by Jackson: " + new String(line.bytes, StandardCharsets.UTF_8), e);
        }
    }

    @Property(tries = 5_000)
    void bytesOfAnyKindAreReadOrDropped(@ForAll byte[] bytes) {
        assertThat(reader.read(bytes, 0, bytes.length)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "}",
                "not json",
                "{\"event\":\"start\",\"sid\":\"s\",\"argv\":[\"git\"",
                "{\"event\":\"exit\",\"sid\":\"s\",\"code\":1}{\"event\":\"exit\",\"sid\":\"s\",\"code\":1}x",
                "{\"event\":\"exit\",\"sid\":\"s\",\"code\"}",
                "{\"event\":\"exit\",\"sid\":\"s\",,}",
                "[{\"event\":\"exit\",\"sid\":\"s\",\"code\":1}"
            })
    void whatIsNotJsonIsMalformed(String line) {
        assertThat(dropped(line)).isEqualTo(DropReason.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"event\":\"exit\",\"code\":1}",
                "{\"sid\":\"s\",\"code\":1}",
                "{\"event\":\"exit\",\"sid\":\"\",\"code\":1}",
                "{\"event\":\"\",\"sid\":\"s\"}",
                "{\"event\":\"exit\",\"sid\":7,\"code\":1}",
                "{\"event\":\"exit\",\"sid\":null,\"code\":1}",
                "{\"event\":[\"exit\"],\"sid\":\"s\"}",
                "{\"outer\":{\"event\":\"exit\",\"sid\":\"s\"}}"
            })
    void aLineWithoutAUsableEventOrSidIsUnaddressed(String line) {
        assertThat(dropped(line)).isEqualTo(DropReason.UNADDRESSED);
    }

    @Test
    void aSidOfAMegabyteIsUnaddressed() {
        String sid = "s".repeat(1 << 20);
        assertThat(dropped("{\"event\":\"exit\",\"sid\":\"" + sid + "\",\"code\":1}"))
                .isEqualTo(DropReason.UNADDRESSED);
        assertThat(dropped("{\"code\":1,\"event\":\"exit\",\"sid\":\"" + sid + "\"}"))
                .isEqualTo(DropReason.UNADDRESSED);
    }

    @Test
    void escapesInTheSidAreResolved() {
        Line line = line(bytes("{\"event\":\"exit\",\"sid\":\"a\\/b\\u0041\",\"code\":1}"));
        assertThat(line.sid().value()).isEqualTo("a/bA");
    }

    @Test
    void otherOrdersAndSpacesAreLegal() {
        Line line = line(bytes(" { \"code\" : 1 , \"sid\" : \"s\" , \"event\" : \"exit\" }"));
        assertThat(line.sid().value()).isEqualTo("s");
        assertThat(line.event).isEqualTo(new ExitEvent(1, Fields.ABSENT, Fields.ABSENT));
    }

    @Test
    void nestingTenThousandDeepIsDroppedAndCostsNoStack() {
        String deep = "[".repeat(10_000) + "]".repeat(10_000);
        assertThat(dropped("{\"event\":\"exit\",\"sid\":\"s\",\"code\":1,\"x\":" + deep + "}"))
                .isEqualTo(DropReason.MALFORMED);
        assertThat(read(bytes("{\"x\":" + deep + ",\"event\":\"exit\",\"sid\":\"s\",\"code\":1}")))
                .isInstanceOf(ReadLine.Dropped.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"code\":99999999999999999999",
                "\"code\":1.5",
                "\"code\":\"1\"",
                "\"code\":null",
                "\"code\":1,\"t_abs\":1e400",
                "\"code\":1,\"t_abs\":\"0.1\"",
                "\"code\":1,\"t_abs\":1e300",
                "\"code\":1,\"time\":\"yesterday\"",
                "\"code\":1,\"time\":\"2026-13-01T00:00:00Z\"",
                "\"code\":2147483648",
                "\"t_abs\":1"
            })
    void aNumberOrTimeOutOfRangeMakesItsLineMalformed(String fields) {
        assertThat(dropped("{\"event\":\"exit\",\"sid\":\"s\"," + fields + "}")).isEqualTo(DropReason.MALFORMED);
    }

    @Test
    void anUnknownEventIsIgnored() {
        assertThat(read(bytes("{\"event\":\"command\",\"sid\":\"s\",\"x\":1}")))
                .isEqualTo(ReadLine.Ignored.UNKNOWN_EVENT);
        assertThat(read(bytes("{\"event\":\"data-json\",\"sid\":\"s\"}"))).isEqualTo(ReadLine.Ignored.UNKNOWN_EVENT);
    }

    @Test
    void bytesThatAreNotUtf8BecomeReplacementCharactersInTheirFieldAlone() {
        byte[] line = bytes("{\"event\":\"start\",\"sid\":\"s\",\"argv\":[\"git\",\"ä\",\"--grep=??\",\"ö\"]}");
        for (int i = 0; i < line.length; i++) {
            line[i] = line[i] == '?' ? (byte) 0xff : line[i];
        }
        assertThat(line(line).event)
                .isInstanceOfSatisfying(
                        StartEvent.class,
                        start -> assertThat(start.argv()).containsExactly("git", "ä", "--grep=\ufffd\ufffd", "ö"));
    }

    @Test
    void aLineOfFourMegabytesIsRead() {
        String argument = "x".repeat(4 << 20);
        assertThat(line(bytes("{\"event\":\"start\",\"sid\":\"s\",\"argv\":[\"git\",\"" + argument + "\"]}")).event)
                .isInstanceOfSatisfying(
                        StartEvent.class,
                        start -> assertThat(start.argv().get(1)).hasSize(4 << 20));
    }

    @Test
    void linesOfTheSameSidShareOneSid() {
        byte[] line = bytes("{\"event\":\"region_enter\",\"sid\":\"" + SID + "\"}");
        assertThat(line(line).sid()).isSameAs(line(line).sid());
    }

    @Test
    void whoseTornLineItIsCanBeTold() {
        byte[] torn = bytes("{\"event\":\"start\",\"sid\":\"" + SID + "\",\"argv\":[\"gi");
        assertThat(reader.sidOf(torn, 0, torn.length)).isEqualTo(Sid.of(SID));
        byte[] less = bytes("{\"event\":\"start\",\"sid\":\"2026");
        assertThat(reader.sidOf(less, 0, less.length)).isNull();
    }

    private DropReason dropped(String line) {
        ReadLine read = read(bytes(line));
        assertThat(read).as(line.length() < 200 ? line : "a long line").isInstanceOf(ReadLine.Dropped.class);
        return ((ReadLine.Dropped) read).reason();
    }

    private Line line(byte[] line) {
        return (Line) read(line);
    }

    private ReadLine read(byte[] line) {
        return reader.read(line, 0, line.length);
    }

    private static byte[] bytes(String line) {
        return line.getBytes(StandardCharsets.UTF_8);
    }
}
