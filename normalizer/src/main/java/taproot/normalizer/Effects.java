package taproot.normalizer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what a finished command did, from its arguments, its exit code and its ref changes; pure, and to be asked when
 * the ref changes are known. What is not certain is {@link Effect.Plain#UNKNOWN}: a command that failed, was killed or
 * is not known here may have done something, and only its ref changes say what.
 */
public final class Effects {
    /** Many commits, branches or tags at once are counted by nobody who reads effects. */
    static final int MAX_EFFECTS = 64;

    /** git did not understand the arguments, and did nothing. */
    private static final int USAGE = 129;

    private static final List<Effect> NOTHING = List.of(Effect.Plain.NOTHING);
    private static final List<Effect> UNKNOWN = List.of(Effect.Plain.UNKNOWN);

    private Effects() {}

    /** What the command did, most telling first; never empty. */
    public static List<Effect> of(CommandRecord record) {
        if (record.readOnly()) {
            return NOTHING;
        }
        Set<Effect> effects = new LinkedHashSet<>();
        CommandRecord.Alias alias = record.alias();
        List<String> argv = alias == null ? record.argv() : alias.argv();
        CommandLine line = CommandLine.of(argv);
        String command = line.command();
        if (command != null && EffectRule.knows(command)) {
            effects.addAll(of(record, record.sid(), line, record.mode(), ending(record.outcome(), record.exitCode())));
        } else {
            effects.addAll(ofProcessesBelow(record, record.sid()));
        }
        if (effects.isEmpty() || effects.contains(Effect.Plain.UNKNOWN)) {
            effects.addAll(new Deed(record, record.sid(), "", noArguments(), null, null).byRefs());
        }
        return bounded(effects);
    }

    /** What is certain first; that there may be more, last. */
    private static List<Effect> bounded(Set<Effect> effects) {
        boolean unknown = effects.remove(Effect.Plain.UNKNOWN) || effects.isEmpty();
        if (effects.size() > 1) {
            effects.remove(Effect.Plain.NOTHING);
        }
        List<Effect> bounded = new ArrayList<>(effects);
        if (bounded.size() >= MAX_EFFECTS) {
            bounded.subList(MAX_EFFECTS - 1, bounded.size()).clear();
            unknown = true;
        }
        if (unknown) {
            bounded.remove(Effect.Plain.NOTHING);
            bounded.add(Effect.Plain.UNKNOWN);
        }
        return List.copyOf(bounded);
    }

    private static Arguments noArguments() {
        return Arguments.of(List.of(), Arguments.Syntax.of(""));
    }

    /** Only an exit is an end of which git said how. */
    private static @Nullable Integer ending(@Nullable Outcome outcome, @Nullable Integer exitCode) {
        return outcome == Outcome.EXITED ? exitCode : null;
    }

    /** A shell alias and a program of somebody else's do what the git commands do that they run. */
    private static List<Effect> ofProcessesBelow(CommandRecord record, String sid) {
        List<Effect> effects = new ArrayList<>();
        boolean whole = record.outcome() == Outcome.EXITED && !record.truncated();
        for (CommandRecord.ProcessEntry process : record.processes()) {
            if (sid.equals(process.parent()) && !process.detached()) {
                effects.addAll(ofProcess(record, process));
            }
        }
        if (!whole || effects.isEmpty()) {
            effects.add(Effect.Plain.UNKNOWN);
        }
        return effects;
    }

    static List<Effect> ofProcess(CommandRecord record, CommandRecord.ProcessEntry process) {
        if (ReadOnlyCommands.isReadOnly(process.argv())) {
            return NOTHING;
        }
        CommandLine line = CommandLine.of(process.argv());
        String command = line.command();
        if (command == null || !EffectRule.knows(command)) {
            return ofProcessesBelow(record, process.sid());
        }
        return of(record, process.sid(), line, null, ending(process.outcome(), process.exitCode()));
    }

    private static List<Effect> of(
            CommandRecord record, String sid, CommandLine line, @Nullable String mode, @Nullable Integer exitCode) {
        String command = String.valueOf(line.command());
        EffectRule.Entry rule = EffectRule.of(command);
        if (rule == null) {
            return UNKNOWN;
        }
        if (exitCode != null && exitCode == USAGE) {
            return NOTHING;
        }
        Arguments args = Arguments.of(line.args(), rule.syntax());
        Deed deed = new Deed(record, sid, command, args, mode, exitCode);
        if (!deed.isSuccess()) {
            return rule.failed().of(deed);
        }
        return args.has("dry-run") && rule.hasDryRun() ? NOTHING : rule.done().of(deed);
    }
}
