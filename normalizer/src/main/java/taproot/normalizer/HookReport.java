package taproot.normalizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a hook has to say, in the argv of a git process that does nothing else: {@code git rev-parse --sq-quote
 * taproot:refs <old> <new> <ref>…}, {@code … taproot:rewrites <old> <new>…} or {@code … taproot:annotations
 * <key>=<value>…}. It speaks for the process it hangs under, which waits for its hook. A last word {@code +n} counts
 * what it left out.
 *
 * <p>What has another shape is no report, and its process one like any other.
 */
final class HookReport {
    /** The hooks that report. */
    static final Set<String> HOOKS = Set.of("reference-transaction", "post-rewrite");

    /** How a hook's own command line can be told, where it is more than a path. */
    static final String MARK = "taproot_report";

    /** What it is about, and how many words each thing takes. */
    private enum Kind {
        REFS("taproot:refs", 3),
        REWRITES("taproot:rewrites", 2),
        ANNOTATIONS("taproot:annotations", 1);

        private final String word;
        private final int each;

        Kind(String word, int each) {
            this.word = word;
            this.each = each;
        }

        static @Nullable Kind of(String word) {
            for (Kind kind : values()) {
                if (kind.word.equals(word)) {
                    return kind;
                }
            }
            return null;
        }
    }

    private static final int HEAD = 4;
    private static final int MAX_REF = 4096;

    private final Kind kind;
    private final List<String> words;
    private final long beyond;

    private HookReport(Kind kind, List<String> words, long beyond) {
        this.kind = kind;
        this.words = words;
        this.beyond = beyond;
    }

    /** The report in a process's argv; null where there is none. */
    static @Nullable HookReport of(List<String> argv) {
        if (argv.size() < HEAD
                || !argv.get(1).equals("rev-parse")
                || !argv.get(2).equals("--sq-quote")) {
            return null;
        }
        Kind kind = Kind.of(argv.get(HEAD - 1));
        if (kind == null) {
            return null;
        }
        List<String> words = argv.subList(HEAD, argv.size());
        long beyond = words.isEmpty() || kind == Kind.ANNOTATIONS ? 0 : count(words.getLast());
        if (beyond > 0) {
            words = words.subList(0, words.size() - 1);
        }
        return isWellFormed(words, kind) ? new HookReport(kind, words, beyond) : null;
    }

    /** Whether a child was begun by a hook that can only be ours. */
    static boolean isMarked(List<String> argv) {
        return argv.stream().anyMatch(word -> word.contains(MARK));
    }

    /** What moved, as the process with this SID did it; null for the owner of the record. */
    List<CommandRecord.RefChange> refChanges(@Nullable String sid) {
        if (kind != Kind.REFS) {
            return List.of();
        }
        List<CommandRecord.RefChange> changes = new ArrayList<>(words.size() / 3);
        for (int i = 0; i < words.size(); i += 3) {
            String old = words.get(i);
            String current = words.get(i + 1);
            // A reset to where it is, for instance: a transaction, and no change. Zeros twice are a deletion of what
            // nobody looked at.
            if (!old.equals(current) || Deed.isZero(current)) {
                changes.add(new CommandRecord.RefChange(words.get(i + 2), old, current, "hook", sid));
            }
        }
        return changes;
    }

    List<CommandRecord.Rewrite> rewrites() {
        if (kind != Kind.REWRITES) {
            return List.of();
        }
        List<CommandRecord.Rewrite> pairs = new ArrayList<>(words.size() / 2);
        for (int i = 0; i < words.size(); i += 2) {
            pairs.add(new CommandRecord.Rewrite(words.get(i), words.get(i + 1)));
        }
        return pairs;
    }

    /** Whether it is about refs, and not about commits. */
    boolean isOfRefs() {
        return kind == Kind.REFS;
    }

    /** Whether it is about the command, and of a hook of anybody's. */
    boolean isOfAnnotations() {
        return kind == Kind.ANNOTATIONS;
    }

    /** Notes what it says of the command. */
    void annotate(BiConsumer<String, String> annotation) {
        if (kind == Kind.ANNOTATIONS) {
            for (String word : words) {
                int equals = word.indexOf('=');
                annotation.accept(word.substring(0, equals), word.substring(equals + 1));
            }
        }
    }

    /** How many refs or pairs it names. */
    int size() {
        return words.size() / kind.each;
    }

    /** How many more there were. */
    long beyond() {
        return beyond;
    }

    private static boolean isWellFormed(List<String> words, Kind kind) {
        if (words.size() % kind.each != 0) {
            return false;
        }
        for (int i = 0; i < words.size(); i++) {
            if (!isWellFormed(words.get(i), i % kind.each, kind)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWellFormed(String word, int place, Kind kind) {
        return switch (kind) {
            case REFS ->
                place == 2
                        ? !word.isEmpty() && word.length() <= MAX_REF
                        : isObjectName(word) || (word.startsWith("ref:") && word.length() <= MAX_REF);
            case REWRITES -> isObjectName(word);
            case ANNOTATIONS -> word.indexOf('=') > 0;
        };
    }

    private static boolean isObjectName(String word) {
        return (word.length() == 40 || word.length() == 64)
                && word.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    /** The n of {@code +n}; 0 for any other word. */
    private static long count(String word) {
        boolean counts = word.length() > 1
                && word.length() <= 10
                && word.charAt(0) == '+'
                && word.chars().skip(1).allMatch(Character::isDigit);
        return counts ? Long.parseLong(word.substring(1)) : 0;
    }
}
