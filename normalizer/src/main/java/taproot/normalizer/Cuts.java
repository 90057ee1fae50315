package taproot.normalizer;

import java.util.ArrayList;
import java.util.List;

/** The parts of a text that go, gathered first and taken out together, since rules may overlap. */
final class Cuts {
    private final String text;
    private final List<int[]> spans = new ArrayList<>(2);

    Cuts(String text) {
        this.text = text;
    }

    void add(int from, int to) {
        if (from < to && !(to - from == Secrets.REDACTED.length() && text.startsWith(Secrets.REDACTED, from))) {
            spans.add(new int[] {from, to});
        }
    }

    String apply() {
        if (spans.isEmpty()) {
            return text;
        }
        spans.sort((a, b) -> Integer.compare(a[0], b[0]));
        StringBuilder rest = new StringBuilder(text.length());
        int kept = 0;
        for (int[] span : spans) {
            if (span[0] >= kept) {
                rest.append(text, kept, span[0]).append(Secrets.REDACTED);
            }
            kept = Math.max(kept, span[1]);
        }
        return rest.append(text, kept, text.length()).toString();
    }
}
