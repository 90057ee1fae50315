package taproot.normalizer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {
    private final Redactor redactor = new Redactor(List.of());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "https://user:pass@host/x.git | https://<redacted>@host/x.git",
                "https://token@host | https://<redacted>@host",
                "ssh://git@host/x | ssh://<redacted>@host/x",
                "see 'https://u:p@h/x': no | see 'https://<redacted>@h/x': no",
                "http://a:b@c http://d@e | http://<redacted>@c http://<redacted>@e",
                "https://u:p@ss@host/x | https://<redacted>@host/x",
                "https://u:p/ss@host/x | https://<redacted>@host/x",
                "https://proxy/https://u:p@h | https://proxy/https://<redacted>@h",
                "s,https:\\/\\/u:p@h,x, | s,https:\\/\\/<redacted>@h,x,",
                "FOO_TOKEN=abc cmd | FOO_TOKEN=<redacted> cmd",
                "foo_token=abc cmd | foo_token=<redacted> cmd",
                "A=1 MY_SECRET='a b' cmd x=y | A=1 MY_SECRET=<redacted> cmd x=y",
                "env \"DB_PASSWORD=a b\" cmd | env \"DB_PASSWORD=<redacted>\" cmd",
                "AWS_KEY=$(cat a b)c cmd | AWS_KEY=<redacted> cmd",
                "AWS_KEY=a\\ b cmd | AWS_KEY=<redacted> cmd",
                "curl https://h/?access_token=abc | curl https://h/?access_token=<redacted>",
                "git -c http.extraHeader=\"A: b\" x | git -c http.extraHeader=<redacted>",
                "'A_TOKEN='\\''a b'\\''' c | 'A_TOKEN='<redacted> c",
                "bad http.https://h/.extraheader=A: b | bad http.https://h/.extraheader=<redacted>",
                "'http.extraheader'='A: b' | 'http.extraheader'='<redacted>",
            })
    void secretsGoAndTheRestStays(String text, String redacted) {
        assertThat(redactor.redact(text)).isEqualTo(redacted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "git@github.com:a/b.git",
                "https://host:8080/a/@scope/b@1.2",
                "https://host/x and me@example.org",
                "unable to access 'https://host:1': me@example.org",
                "stash@{0}",
                "KEYBOARD=a monkey=b keys=c",
                "token secret password _key",
                "https://<redacted>@host A_TOKEN=<redacted>",
                "http.extraHeader",
                "user.signingkey=ABC",
                "file:///home/a@b/c",
            })
    void whatIsNoSecretIsTheSameInstance(String text) {
        assertThat(redactor.redact(text)).isSameAs(text);
    }

    @Test
    void argvIsReadAsItsProgramReadsIt() {
        assertArgv(
                List.of("git", "-c", "http.extraHeader=Authorization: Basic abc", "fetch"),
                List.of("git", "-c", "http.extraHeader=<redacted>", "fetch"));
        assertArgv(
                List.of("git", "-c", "HTTP.https://h/.EXTRAHEADER=A: b", "fetch"),
                List.of("git", "-c", "HTTP.https://h/.EXTRAHEADER=<redacted>", "fetch"));
        assertArgv(
                List.of("git", "clone", "-chttp.extraheader=A: b"),
                List.of("git", "clone", "-chttp.extraheader=<redacted>"));
        assertArgv(
                List.of("git", "clone", "--config=x.token=a b"),
                List.of("git", "clone", "--config=x.token=<redacted>"));
        assertArgv(
                List.of("git", "config", "http.extraheader", "A: b"),
                List.of("git", "config", "http.extraheader", "<redacted>"));
        assertArgv(
                List.of("git", "config", "set", "--append", "http.https://h/.extraheader", "A: b"),
                List.of("git", "config", "set", "--append", "http.https://h/.extraheader", "<redacted>"));
        assertArgv(
                List.of("git-config", "--global", "gitlab.token", "abc"),
                List.of("git-config", "--global", "gitlab.token", "<redacted>"));
        assertArgv(List.of("env", "A_TOKEN=a b", "git"), List.of("env", "A_TOKEN=<redacted>", "git"));
        assertArgv(List.of("cmd", "--password=a b"), List.of("cmd", "--password=<redacted>"));
        assertArgv(List.of("A_TOKEN=x cmd 'y'", "z"), List.of("A_TOKEN=<redacted> cmd 'y'", "z"));
        assertArgv(List.of("sh", "-c", "A_TOKEN=x cmd", "sh"), List.of("sh", "-c", "A_TOKEN=<redacted> cmd", "sh"));
    }

    @Test
    void namesOfVariablesAreNoSecrets() {
        for (List<String> argv : List.of(
                List.of("git", "--config-env=http.extraHeader=MY_HEADER", "fetch"),
                List.of("git", "--config-env", "http.extraHeader=MY_HEADER", "fetch"),
                List.of("git", "config", "--get", "http.extraheader"),
                List.of("git", "config", "--file", "/secrets/config", "user.name", "me"))) {
            CommandRecord command = CommandRecords.plain(argv);
            assertThat(redactor.redact(command)).isSameAs(command);
        }
        assertArgv(
                List.of("git", "--config-env=http.extraHeader=Bearer x"),
                List.of("git", "--config-env=http.extraHeader=<redacted>"));
    }

    @Test
    void everyPartOfARecordIsRedacted() {
        String url = "https://u:p@h";
        String clean = "https://<redacted>@h";
        CommandRecord record = CommandRecords.record(
                List.of("git", url),
                new CommandRecord.Alias("a", List.of(url)),
                new CommandRecord.Repository(null, url, null, url, null),
                List.of("fine", url),
                List.of(
                        new CommandRecord.Param("a.b", url, "local"),
                        new CommandRecord.Param("http." + url + ".extraheader", "A: b", null),
                        new CommandRecord.Param("GIT_CONFIG_VALUE_0", "A: b", null),
                        new CommandRecord.Param("MY_TOKEN", "abc", null),
                        new CommandRecord.Param("MY_TOKEN", null, null)),
                List.of(new CommandRecord.ChildEntry("s", "?", null, List.of(url), false, 1L, 1L, 0, null)),
                Map.of("note", url, "a_token", "abc"));
        CommandRecord expected = CommandRecords.record(
                List.of("git", clean),
                new CommandRecord.Alias("a", List.of(clean)),
                new CommandRecord.Repository(null, clean, null, clean, null),
                List.of("fine", clean),
                List.of(
                        new CommandRecord.Param("a.b", clean, "local"),
                        new CommandRecord.Param("http." + clean + ".extraheader", "<redacted>", null),
                        new CommandRecord.Param("GIT_CONFIG_VALUE_0", "<redacted>", null),
                        new CommandRecord.Param("MY_TOKEN", "<redacted>", null),
                        new CommandRecord.Param("MY_TOKEN", null, null)),
                List.of(new CommandRecord.ChildEntry("s", "?", null, List.of(clean), false, 1L, 1L, 0, null)),
                Map.of("note", clean, "a_token", "<redacted>"));
        assertThat(redactor.redact(record)).isEqualTo(expected);
        assertThat(redactor.redact(expected)).isSameAs(expected);
    }

    @Test
    void patternsOfTheConfigurationApplyEverywhereButToTheStructure() {
        Redactor own = new Redactor(List.of(Pattern.compile("proj-[0-9]+"), Pattern.compile("q*")));
        assertThat(own.redact("a proj-17, proj-2")).isEqualTo("a <redacted>, <redacted>");
        String line =
                "{\"event\":\"proj-1\",\"sid\":\"proj-1/x\",\"argv\":[\"git\",\"proj-1\"],\"msg\":\"see proj-1\"}\n";
        assertThat(new String(own.redactTrace(line.getBytes(UTF_8)), UTF_8))
                .isEqualTo(
                        "{\"event\":\"proj-1\",\"sid\":\"proj-1/x\",\"argv\":[\"git\",\"<redacted>\"],\"msg\":\"see <redacted>\"}\n");
    }

    @Test
    void aTraceIsRedactedStringByString() {
        assertTrace(
                "{\"event\":\"start\",\"argv\":[\"git\",\"clone\",\"https://user:secret@localhost:1/x.git\",\"y\"]}",
                "{\"event\":\"start\",\"argv\":[\"git\",\"clone\",\"https://<redacted>@localhost:1/x.git\",\"y\"]}");
        assertTrace(
                "{\"event\":\"def_param\",\"scope\":\"local\",\"param\":\"http.extraHeader\",\"value\":\"A: \\\"b\\\"\"}",
                "{\"event\":\"def_param\",\"scope\":\"local\",\"param\":\"http.extraHeader\",\"value\":\"<redacted>\"}");
        assertTrace(
                "{\"event\":\"data_json\",\"key\":\"x\",\"value\":{\"a_token\":17,\"b\":[{\"C_KEY\":\"abc\"}],\"d\":1}}",
                "{\"event\":\"data_json\",\"key\":\"x\",\"value\":{\"a_token\":\"<redacted>\",\"b\":[{\"C_KEY\":\"<redacted>\"}],\"d\":1}}");
        assertTrace(
                "{\"event\":\"data_json\",\"key\":\"a_secret\",\"value\":{\"x\":[1,\"b\"]}}",
                "{\"event\":\"data_json\",\"key\":\"a_secret\",\"value\":{\"x\":[\"<redacted>\",\"<redacted>\"]}}");
    }

    @Test
    void escapesHideNothing() {
        assertTrace("{\"msg\":\"https:\\/\\/u:p@h\"}", "{\"msg\":\"https://<redacted>@h\"}");
        assertTrace("{\"msg\":\"https://u:p\\u0040h\"}", "{\"msg\":\"https://<redacted>@h\"}");
        assertTrace(
                "{\"\\u0070aram\":\"A_\\u0054OKEN\",\"value\":\"abc\"}",
                "{\"\\u0070aram\":\"A_\\u0054OKEN\",\"value\":\"<redacted>\"}");
        assertTrace(
                "{\"msg\":\"say \\\"A_TOKEN=\\u0001x\\\" \\ud83d\\ude00\\n\"}",
                "{\"msg\":\"say \\\"A_TOKEN=<redacted>\\\" \\ud83d\\ude00\\u000a\"}");
    }

    @Test
    void aLineThatIsNoJsonGoesAsAWholeWhenItMayHoldASecret() {
        assertTrace("fatal: https://u:p@h", "<redacted>");
        assertTrace("{\"a\":\"https://u:\"p@h\"}", "<redacted>");
        String harmless = "not json\n{\"a\":1}\n";
        byte[] bytes = harmless.getBytes(UTF_8);
        assertThat(redactor.redactTrace(bytes)).isSameAs(bytes);
    }

    @Test
    void tornAndGluedLinesAreReadAsFarAsTheyGo() {
        assertTrace(
                "{\"argv\":[\"git\",\"-c\",\"http.extraHeader=A: b",
                "{\"argv\":[\"git\",\"-c\",\"http.extraHeader=<redacted>\"");
        assertTrace(
                "{\"msg\":\"https://u:p@h\"}{\"param\":\"A_TOKEN\",\"value\":\"x\"}",
                "{\"msg\":\"https://<redacted>@h\"}{\"param\":\"A_TOKEN\",\"value\":\"<redacted>\"}");
    }

    @Test
    void bytesThatAreNotUtf8StayWhereNothingIsRedacted() {
        byte[] line =
                "{\"argv\":[\"git\",\"\u00ff\u00fe\",\"https://u:\u00ff@h\"],\"x\":\"\u00ff\"}\n".getBytes(ISO_8859_1);
        assertThat(new String(redactor.redactTrace(line), ISO_8859_1))
                .isEqualTo("{\"argv\":[\"git\",\"\u00ff\u00fe\",\"https://<redacted>@h\"],\"x\":\"\u00ff\"}\n");
    }

    @Test
    void linesAboveSuspicionAreKeptToTheByte() {
        String trace = "{\"a\":1}\n\n{\"msg\":\"stash@{0}\"}\n{\"msg\":\"https://u:p@h\"}\n{\"b\":2}";
        assertThat(new String(redactor.redactTrace(trace.getBytes(UTF_8)), UTF_8))
                .isEqualTo("{\"a\":1}\n\n{\"msg\":\"stash@{0}\"}\n{\"msg\":\"https://<redacted>@h\"}\n{\"b\":2}");
        byte[] looked = "{\"msg\":\"stash@{0}\"}\n".getBytes(UTF_8);
        assertThat(redactor.redactTrace(looked)).isSameAs(looked);
    }

    private void assertArgv(List<String> argv, List<String> redacted) {
        assertThat(redactor.redact(CommandRecords.plain(argv)).argv()).isEqualTo(redacted);
    }

    private void assertTrace(String line, String redacted) {
        String clean = new String(redactor.redactTrace((line + "\n").getBytes(UTF_8)), UTF_8);
        assertThat(clean).isEqualTo(redacted + "\n");
    }
}
