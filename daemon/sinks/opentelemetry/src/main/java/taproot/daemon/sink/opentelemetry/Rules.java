package taproot.daemon.sink.opentelemetry;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import taproot.normalizer.CommandRecord;

/**
 * The detail of each command: that of the first rule that fits, or else the sink's own.
 *
 * @param rules in the order of the configuration
 * @param otherwise what holds where no rule fits
 */
record Rules(List<Nickname> nicknames, List<Rule> rules, Detail otherwise) {
    Rules {
        nicknames = List.copyOf(nicknames);
        rules = List.copyOf(rules);
    }

    @Nullable
    String nickname(CommandRecord record) {
        return Nickname.of(nicknames, record.repository());
    }

    Detail detail(CommandRecord record) {
        String nickname = nickname(record);
        for (Rule rule : rules) {
            if (rule.objection(record, nickname) == null) {
                return rule.detail();
            }
        }
        return otherwise;
    }

    /** Rule by rule, why it did not fit, up to the one that decided. */
    List<String> explain(CommandRecord record) {
        List<String> trail = new ArrayList<>();
        String nickname = nickname(record);
        trail.add("nickname: " + (nickname == null ? "none of " + nicknames.size() + " fits" : nickname));
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            String objection = rule.objection(record, nickname);
            String name = "rule " + (i + 1) + " \"" + rule.text() + "\": ";
            if (objection == null) {
                trail.add(name + "fits, so the detail is " + rule.detail().word());
                return List.copyOf(trail);
            }
            trail.add(name + "does not fit, " + objection);
        }
        trail.add("no rule fits, so the detail is the sink's own: " + otherwise.word());
        return List.copyOf(trail);
    }
}
