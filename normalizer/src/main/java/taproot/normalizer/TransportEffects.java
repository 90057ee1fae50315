package taproot.normalizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The commands that bring commits from elsewhere or take them there: fetch, pull, push, clone, init, remote. */
final class TransportEffects {
    private static final String FETCHING =
            "upload-pack= depth= shallow-since= shallow-exclude= deepen= refmap= o/server-option= negotiation-tip= filter=";

    private TransportEffects() {}

    static void register(Map<String, EffectRule.Entry> rules) {
        rules.put(
                "fetch",
                EffectRule.entry(
                        "j/jobs= recurse-submodules? dry-run a/append all multiple t/tags n/no-tags " + FETCHING,
                        deed -> exchange(deed, Effect.Exchange.Direction.FETCHED)));
        rules.put(
                "pull",
                EffectRule.stopping(
                        "j/jobs? recurse-submodules? r/rebase? log? signoff? cleanup= s/strategy= X/strategy-option="
                                + " S/gpg-sign? dry-run " + FETCHING,
                        TransportEffects::pulled,
                        TransportEffects::pullFailed));
        rules.put(
                "push",
                EffectRule.dryRun(
                        "repo= force-with-lease? receive-pack= exec= signed? o/push-option= recurse-submodules= n/dry-run",
                        deed -> exchange(deed, Effect.Exchange.Direction.PUSHED)));
        rules.put(
                "clone",
                EffectRule.entry(
                        "recurse-submodules? recursive? j/jobs= template= reference= reference-if-able= o/origin= b/branch="
                                + " u/upload-pack= depth= shallow-since= shallow-exclude= separate-git-dir= c/config="
                                + " server-option= filter= bundle-uri= ref-format= revision=",
                        deed -> List.of(new Effect.Cloned(deed.args().word(0)))));
        rules.put("init", EffectRule.entry("", EffectRule.always(new Effect.Initialized())));
        rules.put("init-db", EffectRule.entry("", EffectRule.always(new Effect.Initialized())));
        rules.put(
                "remote", EffectRule.entry("v/verbose t/track= m/master= f/fetch n/dry-run", TransportEffects::remote));
    }

    private static List<Effect> exchange(Deed deed, Effect.Exchange.Direction direction) {
        // It keeps from moving refs only: objects may have come.
        if (deed.args().has("dry-run")) {
            return List.of(Effect.Plain.UNKNOWN);
        }
        String repo = deed.args().value("repo");
        String remote = deed.args().word(0);
        return List.of(new Effect.Exchange(direction, remote != null ? remote : repo));
    }

    /** It fetches and then has another command do the rest, whose effects are its own. */
    private static List<Effect> pulled(Deed deed) {
        List<Effect> effects = new ArrayList<>(exchange(deed, Effect.Exchange.Direction.PULLED));
        effects.addAll(second(deed));
        return effects;
    }

    private static List<Effect> pullFailed(Deed deed) {
        List<Effect> effects = new ArrayList<>(second(deed));
        effects.add(Effect.Plain.UNKNOWN);
        return effects;
    }

    private static List<Effect> second(Deed deed) {
        List<Effect> effects = new ArrayList<>();
        for (CommandRecord.ProcessEntry process : deed.record().processes()) {
            String command = CommandLine.of(process.argv()).command();
            if (deed.sid().equals(process.parent()) && ("merge".equals(command) || "rebase".equals(command))) {
                for (Effect effect : Effects.ofProcess(deed.record(), process)) {
                    if (effect != Effect.Plain.UNKNOWN) {
                        effects.add(effect);
                    }
                }
            }
        }
        return effects;
    }

    private static List<Effect> remote(Deed deed) {
        String action = deed.args().word(0);
        if (action == null) {
            return List.of(Effect.Plain.UNKNOWN);
        }
        return switch (action) {
            case "add", "rename", "remove", "rm", "set-head", "set-branches", "set-url" ->
                List.of(Effect.Plain.REMOTE_CHANGED);
            case "prune" -> List.of(deed.args().has("dry-run") ? Effect.Plain.NOTHING : Effect.Plain.REMOTE_CHANGED);
            case "update" ->
                List.of(new Effect.Exchange(
                        Effect.Exchange.Direction.FETCHED, deed.args().word(1)));
            default -> List.of(Effect.Plain.UNKNOWN);
        };
    }
}
