package taproot.normalizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One pass over a raw trace that may hold secrets: lines above suspicion are copied, the others taken apart. */
final class TraceRedaction {
    private static final byte[] REDACTED_LINE = Secrets.REDACTED.getBytes(StandardCharsets.US_ASCII);
    private static final Set<String> STRUCTURE = Set.of("event", "sid", "thread", "time", "file");
    private static final Set<String> NAMES = Set.of("param", "key", "name");

    private final byte[] raw;
    private final SecretText secrets;
    private final ByteArrayOutputStream out;

    TraceRedaction(byte[] raw, SecretText secrets) {
        this.raw = raw;
        this.secrets = secrets;
        this.out = new ByteArrayOutputStream(raw.length + 64);
    }

    byte[] redacted() {
        boolean changed = false;
        int from = 0;
        while (from < raw.length) {
            int to = from;
            while (to < raw.length && raw[to] != '\n') {
                to++;
            }
            changed |= line(from, to);
            if (to < raw.length) {
                out.write('\n');
            }
            from = to + 1;
        }
        return changed ? out.toByteArray() : raw;
    }

    private boolean line(int from, int to) {
        if (!secrets.hasPatterns() && !Secrets.suspicious(raw, from, to)) {
            out.write(raw, from, to - from);
            return false;
        }
        List<List<JsonLeaf>> objects = new JsonLeaves(raw, from, to).read();
        if (objects == null) {
            out.writeBytes(REDACTED_LINE);
            return true;
        }
        int kept = from;
        for (List<JsonLeaf> leaves : objects) {
            @Nullable String[] clean = clean(leaves);
            for (int i = 0; i < clean.length; i++) {
                String text = clean[i];
                JsonLeaf leaf = leaves.get(i);
                if (text != null && !text.equals(leaf.text())) {
                    out.write(raw, kept, leaf.from() - kept);
                    out.writeBytes(JsonLeaf.quoted(text));
                    kept = leaf.to();
                }
            }
        }
        out.write(raw, kept, to - kept);
        return kept != from;
    }

    /** What each leaf becomes; null where it stays. */
    private @Nullable String[] clean(List<JsonLeaf> leaves) {
        @Nullable String[] clean = new @Nullable String[leaves.size()];
        boolean secretValue = leaves.stream().anyMatch(TraceRedaction::namesASecret);
        int i = 0;
        while (i < clean.length) {
            JsonLeaf leaf = leaves.get(i);
            if (leaf.array() >= 0 && leaf.text() != null) {
                i = array(leaves, i, secretValue, clean);
                continue;
            }
            clean[i++] = clean(leaf, secretValue);
        }
        return clean;
    }

    private int array(List<JsonLeaf> leaves, int first, boolean secretValue, @Nullable String[] clean) {
        List<String> argv = new ArrayList<>();
        int i = first;
        while (i < clean.length && leaves.get(i).array() == leaves.get(first).array()) {
            String text = leaves.get(i).text();
            if (text == null) {
                break;
            }
            argv.add(text);
            i++;
        }
        List<String> redacted = secrets.argv(argv);
        for (int j = first; j < i; j++) {
            clean[j] = isSecret(leaves.get(j), secretValue) ? Secrets.REDACTED : redacted.get(j - first);
        }
        return i;
    }

    private @Nullable String clean(JsonLeaf leaf, boolean secretValue) {
        String text = leaf.text();
        if (leaf.isName()) {
            return text == null || leaf.isTop() ? null : secrets.text(text);
        }
        if (isSecret(leaf, secretValue)) {
            return text != null && text.isEmpty() ? null : Secrets.REDACTED;
        }
        if (text == null || leaf.isTop() && STRUCTURE.contains(leaf.member())) {
            return null;
        }
        return secrets.text(text);
    }

    private static boolean isSecret(JsonLeaf leaf, boolean secretValue) {
        return secretValue && leaf.top().equals("value") || Secrets.isSecretName(leaf.member());
    }

    private static boolean namesASecret(JsonLeaf leaf) {
        String text = leaf.text();
        return text != null
                && !leaf.isName()
                && leaf.isTop()
                && NAMES.contains(leaf.member())
                && Secrets.isSecretName(text);
    }
}
