package taproot.normalizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one git command did, seen from its arguments and all else that its record knows; the registry of all of them. */
@FunctionalInterface
interface EffectRule {
    List<Effect> of(Deed deed);

    /**
     * How a command is judged.
     *
     * @param syntax the options that matter
     * @param done what it did when it exited with 0
     * @param failed what it did when it did not
     * @param hasDryRun whether {@code --dry-run} keeps it from doing anything
     */
    record Entry(Arguments.Syntax syntax, EffectRule done, EffectRule failed, boolean hasDryRun) {}

    EffectRule UNKNOWN = always(Effect.Plain.UNKNOWN);

    Map<String, Entry> RULES = rules();

    static boolean knows(String command) {
        return RULES.containsKey(command);
    }

    static @Nullable Entry of(String command) {
        return RULES.get(command);
    }

    static EffectRule always(Effect... effects) {
        List<Effect> always = List.of(effects);
        return _ -> always;
    }

    private static Map<String, Entry> rules() {
        Map<String, Entry> rules = new HashMap<>();
        HistoryEffects.register(rules);
        RefEffects.register(rules);
        TransportEffects.register(rules);
        for (String command :
                "gc maintenance repack prune prune-packed pack-refs commit-graph multi-pack-index rerere".split(" ")) {
            rules.put(command, plain("", Effect.Plain.MAINTENANCE));
        }
        rules.put("reflog", plain("", Effect.Plain.MAINTENANCE));
        for (String command : "add rm mv stage".split(" ")) {
            rules.put(command, dryRun("n/dry-run", always(Effect.Plain.INDEX_CHANGED)));
        }
        rules.put("update-index", plain("", Effect.Plain.INDEX_CHANGED));
        rules.put("clean", dryRun("n/dry-run", always(Effect.Plain.FILES_CHANGED)));
        rules.put("checkout-index", plain("", Effect.Plain.FILES_CHANGED));
        rules.put("apply", entry("check stat numstat summary index cached apply", EffectRule::apply));
        rules.put("config", plain("", Effect.Plain.CONFIG_CHANGED));
        rules.put("notes", dryRun("n/dry-run", always(Effect.Plain.NOTES_CHANGED)));
        return Map.copyOf(rules);
    }

    private static List<Effect> apply(Deed deed) {
        Arguments args = deed.args();
        if (args.has("check", "stat", "numstat", "summary") && !args.has("apply")) {
            return List.of(Effect.Plain.NOTHING);
        }
        if (args.has("cached")) {
            return List.of(Effect.Plain.INDEX_CHANGED);
        }
        return args.has("index")
                ? List.of(Effect.Plain.FILES_CHANGED, Effect.Plain.INDEX_CHANGED)
                : List.of(Effect.Plain.FILES_CHANGED);
    }

    static Entry plain(String syntax, Effect effect) {
        return entry(syntax, always(effect));
    }

    static Entry entry(String syntax, EffectRule done) {
        return new Entry(Arguments.Syntax.of(syntax), done, UNKNOWN, false);
    }

    static Entry dryRun(String syntax, EffectRule done) {
        return new Entry(Arguments.Syntax.of(syntax), done, UNKNOWN, true);
    }

    /** A command that may stop half-way and says so. */
    static Entry stopping(String syntax, EffectRule done, EffectRule failed) {
        return new Entry(Arguments.Syntax.of(syntax), done, failed, false);
    }
}
