package taproot.normalizer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Coverage-guided fuzzing of what reads strangers' bytes. Every build replays the inputs kept beside it in the resources;
 * to look for new ones, one target at a time:
 *
 * <pre>JAZZER_FUZZ=1 mvn -pl normalizer test -Dtest='HostileInputFuzzTest#aLineIsReadAsJacksonReadsIt' -Dtest.timeout=60m</pre>
 *
 * with {@code JAZZER_MAX_DURATION=1h} in the environment for longer than the ten seconds that each gets otherwise.
 */
class HostileInputFuzzTest {
    private static final String SECRET = "s3cr3tS3CR3T";
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(100_000)
                    .maxNumberLength(1 << 20)
                    .build())
            .build();

    private final LineReader reader = new LineReader(new EventDecoder());
    private final Redactor redactor = new Redactor(List.of());

    @FuzzTest(maxDuration = "10s")
    void aLineIsReadAsJacksonReadsIt(byte[] bytes) {
        ReadLine read = reader.read(bytes, 0, bytes.length);
        Address address = Address.of(new String(bytes, UTF_8));
        switch (read) {
            case Line line -> {
                if (address != null) {
                    assertThat(line.sid().value()).isEqualTo(address.sid);
                    assertThat(line.kind).isSameAs(kind(address.event));
                }
                assertThat(line.sid().value()).startsWith(line.sid().root());
            }
            case ReadLine.Ignored _ -> {
                if (address != null) {
                    assertThat(kind(address.event)).isNull();
                }
            }
            case ReadLine.Dropped dropped -> {
                if (address != null && address.isUsable() && bytes[bytes.length - 1] == '}') {
                    assertThat(dropped.reason()).isSameAs(DropReason.MALFORMED);
                    assertThat(dropped.sid()).isEqualTo(Sid.of(String.valueOf(address.sid)));
                }
            }
        }
        Sid torn = reader.sidOf(bytes, 0, bytes.length);
        if (torn != null && address != null) {
            assertThat(torn.value()).isEqualTo(address.sid);
        }
    }

    @FuzzTest(maxDuration = "10s")
    void anyArgumentsAreClassifiedAndGitsOwnOptionsChangeNothing(FuzzedDataProvider data) {
        List<String> argv = new ArrayList<>(List.of("git"));
        while (data.remainingBytes() > 0 && argv.size() < 12) {
            argv.add(data.consumeBoolean() ? data.pickValue(WORDS) : data.consumeString(16));
        }
        boolean readOnly = ReadOnlyCommands.isReadOnly(argv);
        List<String> byPath = new ArrayList<>(argv);
        byPath.set(0, "/usr/bin/git");
        assertThat(ReadOnlyCommands.isReadOnly(byPath)).isEqualTo(readOnly);
        List<String> elsewhere = new ArrayList<>(argv);
        elsewhere.addAll(1, List.of("-C", "x", "-c", "a.b=c", "--no-pager"));
        assertThat(ReadOnlyCommands.isReadOnly(elsewhere)).isEqualTo(readOnly);
        if (readOnly && argv.size() > 1 && !argv.contains("--help")) {
            assertThat(WRITING).as("%s", argv).doesNotContain(argv.get(1));
        }
    }

    @FuzzTest(maxDuration = "10s")
    void anyTraceIsTakenLineByLineAndTakenTwiceIsTheSame(byte[] trace) {
        byte[] clean = redactor.redactTrace(trace);
        assertThat(lines(clean)).isEqualTo(lines(trace));
        assertThat(redactor.redactTrace(clean)).isEqualTo(clean);
        String[] before = new String(trace, UTF_8).split("\n", -1);
        String[] after = new String(clean, UTF_8).split("\n", -1);
        for (int i = 0; i < before.length; i++) {
            Address address = Address.of(before[i]);
            if (address != null && !after[i].equals("<redacted>")) {
                assertThat(Address.of(after[i])).isEqualTo(address);
            }
        }
    }

    @FuzzTest(maxDuration = "10s")
    void noSecretSurvivesWhateverStandsAroundIt(FuzzedDataProvider data) throws IOException {
        String planted = data.pickValue(PLANTINGS);
        String before = data.consumeString(24);
        String after = data.consumeString(24);
        List<String> argv = new ArrayList<>();
        argv.add(data.consumeBoolean() ? "git" : data.consumeString(8));
        for (int i = data.consumeInt(0, 3); i > 0; i--) {
            argv.add(data.consumeBoolean() ? data.pickValue(WORDS) : data.consumeString(12));
        }
        // What stands in front may be the end of a word or of a quotation; a name must not grow by it.
        String text = (before.isEmpty() ? "" : before + " ") + planted + after;
        if ((before + after + argv).contains(SECRET)) {
            return; // The fuzzer has read along, and says it itself.
        }
        argv.add(planted + after);
        for (String element : List.of(text, planted + " " + after)) {
            assertThat(redactor.redact(element)).as("%s", element).doesNotContain(SECRET);
        }
        byte[] line = line(argv, text);
        assertThat(values(redactor.redactTrace(line))).as("%s %s", argv, text).noneMatch(v -> v.contains(SECRET));
    }

    private static final String[] WORDS = {
        "branch",
        "tag",
        "config",
        "remote",
        "stash",
        "worktree",
        "submodule",
        "notes",
        "reflog",
        "symbolic-ref",
        "bisect",
        "bundle",
        "diff",
        "log",
        "grep",
        "-O",
        "--output",
        "--output=x",
        "-d",
        "-D",
        "--list",
        "--contains",
        "-v",
        "--help",
        "--",
        "show",
        "--get",
        "user.name",
        "-c",
        "-C",
        "--git-dir",
        "push",
        "commit",
        "fetch",
        "hash-object",
        "-w",
        "--merged",
        "-m",
        "add",
        "get-url",
        "--show-current",
        "--config-env",
        "alias.x",
        "sh"
    };
    private static final List<String> WRITING = List.of("push", "commit", "fetch", "add");
    private static final String[] PLANTINGS = {
        "https://user:" + SECRET + "@host/path",
        "https://" + SECRET + "@host/path",
        "ssh://u:" + SECRET + "@host:22/path",
        "http.extraHeader=Authorization: " + SECRET,
        "http.https://a.b/.extraheader=Authorization: Basic " + SECRET,
        "A_TOKEN=" + SECRET,
        "password='" + SECRET + "'",
        "x.clientSecret=\"" + SECRET + "\"",
        "SOME_KEY=" + SECRET,
    };

    private static byte[] line(List<String> argv, String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("event", "start");
            json.writeStringField("sid", CommandRecords.SID);
            json.writeArrayFieldStart("argv");
            for (String element : argv) {
                json.writeString(element);
            }
            json.writeEndArray();
            json.writeStringField("msg", text);
            json.writeStringField("param", "http.extraHeader");
            json.writeStringField("value", SECRET);
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    private static List<String> values(byte[] line) throws IOException {
        List<String> values = new ArrayList<>();
        try (JsonParser parser = JSON.createParser(line)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken().isScalarValue()) {
                    values.add(parser.getText());
                }
            }
        }
        return values;
    }

    private static long lines(byte[] trace) {
        return new String(trace, ISO_8859_1).chars().filter(c -> c == '\n').count();
    }

    private static @Nullable EventKind kind(@Nullable String name) {
        byte[] bytes = String.valueOf(name).getBytes(UTF_8);
        return EventKind.named(bytes, 0, bytes.length);
    }

    /** What an independent reader finds: the first event and the first sid of one whole object; null where there is none. */
    private record Address(@Nullable String event, @Nullable String sid) {

        static @Nullable Address of(String line) {
            String event = null;
            String sid = null;
            boolean eventSeen = false;
            boolean sidSeen = false;
            try (JsonParser json = JSON.createParser(line)) {
                if (json.nextToken() != JsonToken.START_OBJECT) {
                    return null;
                }
                for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                    JsonToken token = json.nextToken();
                    String text = token == JsonToken.VALUE_STRING ? json.getText() : null;
                    if (name.equals("event") && !eventSeen) {
                        eventSeen = true;
                        event = text;
                    } else if (name.equals("sid") && !sidSeen) {
                        sidSeen = true;
                        sid = text;
                    }
                    json.skipChildren();
                }
                return json.currentToken() == JsonToken.END_OBJECT && json.nextToken() == null
                        ? new Address(event, sid)
                        : null;
            } catch (IOException e) {
                return null;
            }
        }

        boolean isUsable() {
            return event != null
                    && !event.isEmpty()
                    && sid != null
                    && !sid.isEmpty()
                    && sid.length() < Sid.MAX_LENGTH / 4
                    && !Sid.of(sid).isTooDeep();
        }
    }
}
