package taproot.normalizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one line that any event needs, decoded in a single pass and reused for the next line. Times and spans
 * are whole microseconds; {@link #ABSENT} and null stand for what the line does not have.
 *
 * <p>Confined to the {@link EventDecoder} that owns it.
 */
final class Fields {
    static final long ABSENT = Long.MIN_VALUE;

    /** Past this many elements the rest of an argument list is left out: ARG_MAX allows far more than anybody reads. */
    private static final int MAX_LIST = 4096;

    long time;
    long tAbs;
    long tRel;
    long tTotal;
    long tMin;
    long tMax;
    long code;
    long pid;
    long childId;
    long signo;
    long repo;
    long count;
    long intervals;

    @Nullable
    String exe;

    private String latestExe = "";
    private List<String> latestAncestry = List.of();

    @Nullable
    String name;

    @Nullable
    String hierarchy;

    @Nullable
    String alias;

    @Nullable
    String worktree;

    /** The work tree's bytes, one char each; of a line that is not UTF-8. */
    @Nullable
    String rawWorktree;

    @Nullable
    String scope;

    @Nullable
    String param;

    @Nullable
    String value;

    @Nullable
    String childClass;

    @Nullable
    String hookName;

    @Nullable
    String category;

    @Nullable
    String key;

    @Nullable
    String msg;

    @Nullable
    String fmt;

    @Nullable
    List<String> argv;

    /** How many words of {@code argv} were left out. */
    long argvLeftOut;

    @Nullable
    List<String> ancestry;

    /** Reads one line's object; unknown fields are skipped, a later duplicate wins. */
    void read(JsonParser json) throws IOException, MalformedEventException {
        clear();
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedEventException("expected a JSON object, came something else");
        }
        for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
            readField(field, json);
        }
        if (json.currentToken() != JsonToken.END_OBJECT) {
            throw new MalformedEventException("expected a field or the object's end");
        }
    }

    private void readField(String field, JsonParser json) throws IOException, MalformedEventException {
        switch (field) {
            case "time" -> time = Timestamps.parse(text(json));
            case "t_abs" -> tAbs = micros(json);
            case "t_rel" -> tRel = micros(json);
            case "t_total" -> tTotal = micros(json);
            case "t_min" -> tMin = micros(json);
            case "t_max" -> tMax = micros(json);
            case "code" -> code = smallInteger(json);
            case "pid" -> pid = integer(json);
            case "child_id" -> childId = integer(json);
            case "signo" -> signo = smallInteger(json);
            case "repo" -> repo = integer(json);
            case "count" -> count = integer(json);
            case "intervals" -> intervals = integer(json);
            case "exe" -> exe = exe(text(json));
            case "name" -> name = text(json);
            case "hierarchy" -> hierarchy = hierarchy(text(json));
            case "alias" -> alias = text(json);
            case "worktree" -> worktree = text(json);
            case "scope" -> scope = text(json);
            case "param" -> param = text(json);
            case "value" -> value = scalar(json);
            case "child_class" -> childClass = text(json);
            case "hook_name" -> hookName = text(json);
            case "category" -> category = text(json);
            case "key" -> key = text(json);
            case "msg" -> msg = text(json);
            // git-credential-manager says "format" for trace2's "fmt".
            case "fmt", "format" -> fmt = text(json);
            case "argv" -> argv = argv(texts(json));
            case "ancestry" -> ancestry = ancestry(bounded(texts(json)));
            default -> skip(json);
        }
    }

    // One machine has few gits and few shells: what is the same as the time before is kept once for all roots.

    private String exe(String version) {
        if (!version.equals(latestExe)) {
            latestExe = version;
        }
        return latestExe;
    }

    private List<String> ancestry(List<String> names) {
        if (!names.equals(latestAncestry)) {
            latestAncestry = names;
        }
        return latestAncestry;
    }

    /** Of a command that nobody started it is the name itself. */
    private String hierarchy(String path) {
        return name != null && name.equals(path) ? name : path;
    }

    private void clear() {
        time = ABSENT;
        tAbs = ABSENT;
        tRel = ABSENT;
        tTotal = ABSENT;
        tMin = ABSENT;
        tMax = ABSENT;
        code = ABSENT;
        pid = ABSENT;
        childId = ABSENT;
        signo = ABSENT;
        repo = ABSENT;
        count = ABSENT;
        intervals = ABSENT;
        exe = null;
        name = null;
        hierarchy = null;
        alias = null;
        worktree = null;
        rawWorktree = null;
        scope = null;
        param = null;
        value = null;
        childClass = null;
        hookName = null;
        category = null;
        key = null;
        msg = null;
        fmt = null;
        argv = null;
        argvLeftOut = 0;
        ancestry = null;
    }

    /** The field, which an event cannot do without. */
    static <T> T required(@Nullable T field, String name) throws MalformedEventException {
        if (field == null) {
            throw new MalformedEventException("expected the field \"" + name + "\", it is missing");
        }
        return field;
    }

    /** The number, which an event cannot do without. */
    static long required(long field, String name) throws MalformedEventException {
        if (field == ABSENT) {
            throw new MalformedEventException("expected the field \"" + name + "\", it is missing");
        }
        return field;
    }

    private static String text(JsonParser json) throws IOException, MalformedEventException {
        if (json.nextToken() != JsonToken.VALUE_STRING) {
            throw new MalformedEventException("expected a string for \"" + json.currentName() + "\"");
        }
        return json.getText();
    }

    private static @Nullable String scalar(JsonParser json) throws IOException {
        JsonToken token = json.nextToken();
        if (token != null && token.isScalarValue()) {
            return token == JsonToken.VALUE_NULL ? null : json.getText();
        }
        json.skipChildren();
        return null;
    }

    private static void skip(JsonParser json) throws IOException {
        json.nextToken();
        json.skipChildren();
    }

    private static List<String> texts(JsonParser json) throws IOException, MalformedEventException {
        if (json.nextToken() != JsonToken.START_ARRAY) {
            throw new MalformedEventException("expected an array of strings for \"" + json.currentName() + "\"");
        }
        List<String> texts = new ArrayList<>(8);
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            if (token != JsonToken.VALUE_STRING) {
                throw new MalformedEventException("expected only strings in \"" + json.currentName() + "\"");
            }
            texts.add(json.getText());
        }
        return texts;
    }

    private List<String> argv(List<String> words) {
        argvLeftOut = Math.max(0, words.size() - MAX_LIST);
        return bounded(words);
    }

    private static List<String> bounded(List<String> texts) {
        return List.copyOf(texts.size() <= MAX_LIST ? texts : texts.subList(0, MAX_LIST));
    }

    private static long integer(JsonParser json) throws IOException, MalformedEventException {
        if (json.nextToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new MalformedEventException("expected a whole number for \"" + json.currentName() + "\"");
        }
        return json.getLongValue();
    }

    /** What git keeps in an int. */
    private static long smallInteger(JsonParser json) throws IOException, MalformedEventException {
        long number = integer(json);
        if (number != (int) number) {
            throw new MalformedEventException("expected at most 32 bits for \"" + json.currentName() + "\"");
        }
        return number;
    }

    /** Seconds with a fraction, as microseconds. */
    private static long micros(JsonParser json) throws IOException, MalformedEventException {
        JsonToken token = json.nextToken();
        if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
            throw new MalformedEventException("expected seconds for \"" + json.currentName() + "\"");
        }
        double seconds = json.getDoubleValue();
        if (!(Math.abs(seconds) < 1e12)) {
            throw new MalformedEventException("expected seconds for \"" + json.currentName() + "\", they are absurd");
        }
        return Math.round(seconds * 1e6);
    }
}
