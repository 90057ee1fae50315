package taproot.normalizer;

import java.io.IOException;
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

    /** Where the fields of one line come from, one after the other; the value of each has to be taken. */
    interface Source {
        /** The next field's name, null behind the last; for a field that is of no use here it may be any other text. */
        @Nullable
        String nextName() throws IOException, MalformedEventException;

        /** A string. */
        String text() throws IOException, MalformedEventException;

        /** A string, or a number or a truth value as it is written; null for null and for what has parts. */
        @Nullable
        String scalar() throws IOException, MalformedEventException;

        /** A UTC time as microseconds since the epoch. */
        long time() throws IOException, MalformedEventException;

        /** A whole number. */
        long integer() throws IOException, MalformedEventException;

        /** Seconds with a fraction, as microseconds. */
        long micros() throws IOException, MalformedEventException;

        /** An array of strings. */
        List<String> texts() throws IOException, MalformedEventException;

        /** A value of any kind, which nobody wants. */
        void skip() throws IOException, MalformedEventException;
    }

    /** Reads one line's object; unknown fields are skipped, a later duplicate wins. */
    void read(Source line) throws IOException, MalformedEventException {
        clear();
        for (String field = line.nextName(); field != null; field = line.nextName()) {
            readField(field, line);
        }
    }

    private void readField(String field, Source line) throws IOException, MalformedEventException {
        switch (field) {
            case "time" -> time = line.time();
            case "t_abs" -> tAbs = line.micros();
            case "t_rel" -> tRel = line.micros();
            case "t_total" -> tTotal = line.micros();
            case "t_min" -> tMin = line.micros();
            case "t_max" -> tMax = line.micros();
            case "code" -> code = smallInteger("code", line);
            case "pid" -> pid = line.integer();
            case "child_id" -> childId = line.integer();
            case "signo" -> signo = smallInteger("signo", line);
            case "repo" -> repo = line.integer();
            case "count" -> count = line.integer();
            case "intervals" -> intervals = line.integer();
            case "exe" -> exe = exe(line.text());
            case "name" -> name = line.text();
            case "hierarchy" -> hierarchy = hierarchy(line.text());
            case "alias" -> alias = line.text();
            case "worktree" -> worktree = line.text();
            case "scope" -> scope = line.text();
            case "param" -> param = line.text();
            case "value" -> value = line.scalar();
            case "child_class" -> childClass = line.text();
            case "hook_name" -> hookName = line.text();
            case "category" -> category = line.text();
            case "key" -> key = line.text();
            case "msg" -> msg = line.text();
            // git-credential-manager says "format" for trace2's "fmt".
            case "fmt", "format" -> fmt = line.text();
            case "argv" -> argv = argv(line.texts());
            case "ancestry" -> ancestry = ancestry(bounded(line.texts()));
            default -> line.skip();
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

    private List<String> argv(List<String> words) {
        argvLeftOut = Math.max(0, words.size() - MAX_LIST);
        return bounded(words);
    }

    private static List<String> bounded(List<String> texts) {
        return List.copyOf(texts.size() <= MAX_LIST ? texts : texts.subList(0, MAX_LIST));
    }

    /** What git keeps in an int. */
    private static long smallInteger(String field, Source line) throws IOException, MalformedEventException {
        long number = line.integer();
        if (number != (int) number) {
            throw new MalformedEventException("expected at most 32 bits for \"" + field + "\"");
        }
        return number;
    }
}
