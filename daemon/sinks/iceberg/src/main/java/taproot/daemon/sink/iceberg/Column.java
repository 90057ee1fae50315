package taproot.daemon.sink.iceberg;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.Effect;

/**
 * A column of the table and where it comes from. A new one is a line here: tables that are there get it, and older daemons
 * leave it empty. What no column has is in {@link #RECORD}.
 */
enum Column {
    KEY(
            true,
            text(),
            "the command's trace2 session id: the same wherever the command was heard",
            row -> row.command().key()),
    INSTALLATION(true, text(), "whose daemon delivered it", Row::installation),
    LOG_ID(true, text(), "the log it stands in there ...", Row::logId),
    SEQ(true, whole(), "... and its place: one row for each (installation, log_id, seq)", Row::seq),
    STARTED_AT(true, time(), "by git's clock", row -> row.command().startedAt()),
    FINISHED_AT(false, time(), "null: no ending was seen", row -> row.command().finishedAt()),
    DURATION_US(false, whole(), "by git's clock", row -> row.command().durationUs()),
    COMMAND(false, text(), "aliases resolved", row -> row.command().command()),
    ARGV(true, texts(), "as it was typed, secrets removed", row -> row.command().argv()),
    HIERARCHY(
            false,
            text(),
            "as git says it: alias and command, or the commands above",
            row -> row.command().hierarchy()),
    MODE(
            false,
            text(),
            "of the commands that have modes, such as branch or gc",
            row -> row.command().mode()),
    OUTCOME(
            true,
            text(),
            "exited, signaled, execed, lost, interrupted",
            row -> row.command().outcome().wire()),
    EXIT_CODE(
            false,
            Types.IntegerType.get(),
            "what git said, never made up",
            row -> row.command().exitCode()),
    SIGNAL(false, Types.IntegerType.get(), "its number", row -> row.command().signal()),
    READ_ONLY(
            true,
            Types.BooleanType.get(),
            "by the command and its arguments",
            row -> row.command().readOnly()),
    EFFECTS(
            false,
            texts(),
            "what it did to its repository",
            row -> row.command().effects().stream().map(Effect::kind).toList()),
    ERRORS(false, texts(), "what git complained about", row -> row.command().errors()),
    REPOSITORY(false, text(), "the work tree, or the git directory of a bare one", row -> place(row.command())),
    CALLER(false, text(), "the program that ran it", row -> row.command().caller()),
    ANCESTRY(
            false,
            texts(),
            "the programs above it, the nearest first",
            row -> row.command().ancestry()),
    SESSION(
            false,
            text(),
            "the caller's own id for what it was doing",
            row -> row.command().session()),
    PARENT(
            false,
            text(),
            "the session id of the command above it",
            row -> row.command().parent()),
    PID(false, whole(), "on its machine", row -> row.command().pid()),
    GIT_VERSION(false, text(), "as git says it", row -> row.command().gitVersion()),
    TRUNCATED(
            true,
            Types.BooleanType.get(),
            "whether something of it was dropped on the way",
            row -> row.command().truncated()),
    RECORD(true, text(), "all of it as JSON, as Taproot's README describes it", Row::json);

    /** A record on its way into the table. */
    record Row(String installation, String logId, long seq, String json, CommandRecord command) {}

    private static final Map<String, Column> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(Column::columnName, column -> column));

    private final boolean required;
    private final Type type;
    private final String doc;
    private final Function<Row, @Nullable Object> value;

    Column(boolean required, Type type, String doc, Function<Row, @Nullable Object> value) {
        this.required = required;
        this.type = type;
        this.doc = doc;
        this.value = value;
    }

    static @Nullable Column named(String name) {
        return BY_NAME.get(name);
    }

    String columnName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    boolean required() {
        return required;
    }

    Type type() {
        return type;
    }

    String doc() {
        return doc;
    }

    /** In Iceberg's own representation: times are microseconds. */
    @Nullable
    Object of(Row row) {
        return value.apply(row);
    }

    /** All columns; a catalog gives them numbers of its own. */
    static Schema schema() {
        AtomicInteger ids = new AtomicInteger(values().length);
        List<Types.NestedField> fields = Arrays.stream(values())
                .map(column -> Types.NestedField.builder()
                        .withId(column.ordinal() + 1)
                        .withName(column.columnName())
                        .isOptional(!column.required)
                        .ofType(
                                column.type.isListType()
                                        ? Types.ListType.ofRequired(ids.incrementAndGet(), Types.StringType.get())
                                        : column.type)
                        .withDoc(column.doc)
                        .build())
                .toList();
        return new Schema(fields);
    }

    private static @Nullable String place(CommandRecord command) {
        CommandRecord.Repository repository = command.repository();
        if (repository == null) {
            return null;
        }
        return repository.worktree() != null ? repository.worktree() : repository.gitDir();
    }

    private static Type text() {
        return Types.StringType.get();
    }

    private static Type texts() {
        return Types.ListType.ofRequired(1, Types.StringType.get());
    }

    private static Type whole() {
        return Types.LongType.get();
    }

    private static Type time() {
        return Types.TimestampType.withZone();
    }
}
