package taproot.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;
import taproot.normalizer.CommandRecord.ChildEntry;
import taproot.normalizer.CommandRecord.ProcessEntry;
import taproot.normalizer.Outcome;
import taproot.normalizer.RecordJson;
import taproot.normalizer.StoredRecord;

/** Records as a test looks at them. */
record Records(List<CommandRecord> all) {

    static StoredRecord read(byte[] json) {
        try {
            return RecordJson.read(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The record, of which there has to be one. */
    CommandRecord only() {
        assertThat(all).as(this::toString).hasSize(1);
        return all.getFirst();
    }

    /** The record of this command, of which there has to be one. */
    CommandRecord only(String command) {
        List<CommandRecord> found = of(command);
        assertThat(found).as("%s in %s", command, this).hasSize(1);
        return found.getFirst();
    }

    /** The record of which this is true, of which there has to be one. */
    CommandRecord get(Predicate<CommandRecord> condition) {
        List<CommandRecord> found = all.stream().filter(condition).toList();
        assertThat(found).as(this::toString).hasSize(1);
        return found.getFirst();
    }

    List<CommandRecord> of(String command) {
        return all.stream().filter(record -> command.equals(record.command())).toList();
    }

    /** Each record's command, in the order in which they started. */
    List<String> commands() {
        return all.stream()
                .sorted(java.util.Comparator.comparingLong(CommandRecord::startedAt))
                .map(record -> Objects.toString(record.command()))
                .toList();
    }

    /**
     * The record's processes as a tree, each with its command, those of one parent in the order of their start:
     * {@code rebase(status, commit)}; an asterisk follows one that was still running.
     */
    static String tree(CommandRecord record) {
        ProcessEntry owner = record.processes().getFirst();
        assertThat(owner.sid()).isEqualTo(record.sid());
        return tree(owner, record.processes());
    }

    private static String tree(ProcessEntry process, List<ProcessEntry> all) {
        String below = all.stream()
                .filter(other -> process.sid().equals(other.parent()))
                .map(other -> tree(other, all))
                .collect(Collectors.joining(", "));
        String name = process.command() == null ? "?" : process.command();
        return name + (process.detached() ? "*" : "") + (below.isEmpty() ? "" : "(" + below + ")");
    }

    /** The commands of the record's processes, whatever stands where, each as often as it ran. */
    static List<String> processes(CommandRecord record) {
        return record.processes().stream()
                .map(process -> Objects.toString(process.command()))
                .toList();
    }

    static ProcessEntry process(CommandRecord record, String command) {
        List<ProcessEntry> found = record.processes().stream()
                .filter(process -> command.equals(process.command()))
                .toList();
        assertThat(found).as("%s in %s", command, json(record)).hasSize(1);
        return found.getFirst();
    }

    /** What the record's processes started: {@code hook:pre-commit}, {@code editor}, {@code transport/file}. */
    static List<String> children(CommandRecord record) {
        List<String> names = new ArrayList<>();
        for (ChildEntry child : record.children()) {
            names.add(
                    child.hook() == null
                            ? String.valueOf(child.childClass())
                            : child.childClass() + ":" + child.hook());
        }
        return names;
    }

    static ChildEntry child(CommandRecord record, String name) {
        int at = children(record).indexOf(name);
        assertThat(at).as("%s in %s", name, json(record)).isNotNegative();
        return record.children().get(at);
    }

    /** Where the command ran, if it said so. */
    static @Nullable String worktree(CommandRecord record) {
        return record.repository() == null ? null : record.repository().worktree();
    }

    /** That the command ran to its end, by its own word. */
    static void exited(CommandRecord record, int code) {
        assertThat(record.outcome()).as(json(record)).isEqualTo(Outcome.EXITED);
        assertThat(record.exitCode()).as(json(record)).isEqualTo(code);
        assertThat(record.signal()).isNull();
        assertThat(record.durationUs()).isNotNull();
        assertThat(record.finishedAt()).isGreaterThanOrEqualTo(record.startedAt());
        assertThat(record.truncated()).as(json(record)).isFalse();
        assertThat(record.late()).as(json(record)).isFalse();
    }

    /** That the command was killed, or fell silent: nothing is made up. */
    static void lost(CommandRecord record) {
        assertThat(record.outcome()).as(json(record)).isEqualTo(Outcome.LOST);
        assertThat(record.exitCode()).as(json(record)).isNull();
        assertThat(record.signal()).isNull();
        assertThat(record.durationUs()).isNull();
        assertThat(record.finishedAt()).isNull();
    }

    static String json(CommandRecord record) {
        return new String(RecordJson.write(record), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return all.stream().map(Records::json).collect(Collectors.joining("\n", "records:\n", ""));
    }
}
