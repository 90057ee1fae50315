package taproot.normalizer;

import java.util.Collections;
import java.util.List;

/**
 * Takes the secrets out of one text, or of one argv. Where the end of a secret is in doubt it takes more rather than
 * less; text without any comes back as the same instance.
 */
final class SecretText {
    /** A text with more secrets than this by name keeps nothing behind them: each may be as long as the text. */
    private static final int MAX_ASSIGNMENTS = 64;

    /** A text in which there is more to be taken out each time keeps nothing; what git sends is through after one. */
    private static final int MAX_ROUNDS = 8;

    private final OwnPatterns patterns;

    SecretText(OwnPatterns patterns) {
        this.patterns = patterns;
    }

    boolean hasPatterns() {
        return !patterns.isEmpty();
    }

    /** An error message, a shell command, a value: assignments end where a shell word does. */
    String text(String text) {
        return patterns.redact(withoutSecrets(text));
    }

    /** Until it shows none: what is taken out may take the quote along that ended another one. */
    private static String withoutSecrets(String text) {
        String clean = text;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            if (!Secrets.suspicious(clean)) {
                return clean;
            }
            Cuts cuts = new Cuts(clean);
            userInfos(clean, cuts);
            extraHeader(clean, cuts);
            assignments(clean, false, cuts);
            String before = clean;
            clean = cuts.apply();
            if (clean.equals(before)) {
                return before;
            }
        }
        return Secrets.REDACTED;
    }

    /** The value of a parameter, variable or annotation. */
    String value(String name, String value) {
        return Secrets.isSecretName(name) && !value.isEmpty() ? Secrets.REDACTED : text(value);
    }

    private static boolean anySuspicious(List<String> argv) {
        for (String element : argv) {
            if (Secrets.suspicious(element)) {
                return true;
            }
        }
        return false;
    }

    List<String> argv(List<String> argv) {
        List<String> clean = withoutSecrets(argv);
        if (!hasPatterns()) {
            return clean;
        }
        List<String> redacted = clean.stream().map(patterns::redact).toList();
        return redacted.equals(argv) ? argv : redacted;
    }

    /** As for a text: what an element is depends on those before it, which may have been something else. */
    private static List<String> withoutSecrets(List<String> argv) {
        List<String> clean = argv;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            List<String> before = clean;
            clean = anySuspicious(before) ? once(before) : before;
            if (clean == before) {
                return before;
            }
        }
        return Collections.nCopies(argv.size(), Secrets.REDACTED);
    }

    /** The same list where there is nothing to be taken out. */
    private static List<String> once(List<String> argv) {
        String[] redacted = new String[argv.size()];
        boolean changed = false;
        boolean onlyValues = false;
        int config = config(argv);
        for (int i = 0; i < redacted.length; i++) {
            String element = argv.get(i);
            redacted[i] = onlyValues ? Secrets.REDACTED : element(argv, i);
            onlyValues |= config >= 0 && i > config && isSecretKey(element);
            changed |= !redacted[i].equals(element);
        }
        return changed ? List.of(redacted) : argv;
    }

    private static String element(List<String> argv, int i) {
        String element = argv.get(i);
        if (!Secrets.suspicious(element)) {
            return element;
        }
        Cuts cuts = new Cuts(element);
        userInfos(element, cuts);
        if (!namesAnEnvironmentVariable(argv, i)) {
            extraHeader(element, cuts);
            assignments(element, !isShellCommand(argv, i), cuts);
        }
        return cuts.apply();
    }

    /** {@code scheme://THIS@host}; also where slashes are escaped for sed or a shell. */
    private static void userInfos(String text, Cuts cuts) {
        int last = text.lastIndexOf('@');
        for (int colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
            int start = afterSlash(text, afterSlash(text, colon + 1));
            if (start < 0) {
                continue;
            }
            int end = start;
            while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0 && !ShellWord.isBlank(text.charAt(end))) {
                end++;
            }
            int at = end - 1;
            while (at >= start && text.charAt(at) != '@') {
                at--;
            }
            if (at < start && !isHostAndPort(text, start, end)) {
                // Such as https://user:pa/ss@host: no port is called "pa", so the password goes on.
                at = last;
            }
            if (at > start) {
                cuts.add(start, at);
            }
        }
    }

    private static int afterSlash(String text, int at) {
        int slash = at >= 0 && at < text.length() && text.charAt(at) == '\\' ? at + 1 : at;
        return slash >= 0 && slash < text.length() && text.charAt(slash) == '/' ? slash + 1 : -1;
    }

    private static boolean isHostAndPort(String text, int start, int end) {
        int colon = text.indexOf(':', start);
        if (colon < 0 || colon >= end || text.charAt(start) == '[') {
            return true;
        }
        for (int i = colon + 1; i < end; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                // A quote or a full stop that follows a port belongs to the sentence.
                return i > colon + 1 && "'\".,;)>]}".indexOf(text.charAt(i)) >= 0;
            }
        }
        return true;
    }

    /** {@code http.extraHeader=THIS}, {@code http.<url>.extraHeader THIS}: a header may hold anything, so all that follows. */
    private static void extraHeader(String text, Cuts cuts) {
        String key = ".extraHeader";
        for (int i = 0; i + key.length() < text.length(); i++) {
            if (!text.regionMatches(true, i, key, 0, key.length())) {
                continue;
            }
            int value = i + key.length();
            if (isNameCharacter(text.charAt(value))) {
                continue;
            }
            while (value < text.length() && " \t\n\r'\"=:\\".indexOf(text.charAt(value)) >= 0) {
                value++;
            }
            cuts.add(value, text.length());
        }
    }

    /** {@code NAME=THIS} with a secret name; as an element of argv the value is all that follows. */
    private static void assignments(String text, boolean element, Cuts cuts) {
        boolean leading = element;
        int blank = blank(text);
        int secrets = 0;
        int secretWord = element ? Secrets.firstWord(text) : 0;
        for (int equals = text.indexOf('='); equals >= 0; equals = text.indexOf('=', equals + 1)) {
            int nameEnd = equals > 0 && text.charAt(equals - 1) == '+' ? equals - 1 : equals;
            int start = nameEnd;
            while (start > 0 && isNameCharacter(text.charAt(start - 1))) {
                start--;
            }
            boolean whole = element && (leading || equals < blank);
            leading = false;
            boolean secret = Secrets.isSecretName(text.substring(start, nameEnd));
            // Else a name with other characters in it, of which nothing but the first word is looked at twice.
            secret |= whole && equals < blank && (secretWord <= nameEnd || Secrets.isSecretFrame(text, nameEnd));
            if (!secret) {
                continue;
            }
            if (whole || ++secrets > MAX_ASSIGNMENTS) {
                cuts.add(equals + 1, text.length());
                return;
            }
            value(text, start, equals + 1, cuts);
        }
    }

    private static void value(String text, int nameStart, int valueStart, Cuts cuts) {
        char before = nameStart > 0 ? text.charAt(nameStart - 1) : ' ';
        if (before != '\'' && before != '"') {
            cuts.add(valueStart, ShellWord.end(text, valueStart));
            return;
        }
        int quote = ShellWord.quoteEnd(text, valueStart, before);
        cuts.add(valueStart, quote);
        // The word may go on behind the quote, as in 'A_TOKEN='"x y". The quote stays: it ends what it ended before.
        cuts.add(quote + 1, ShellWord.end(text, Math.min(quote + 1, text.length())));
    }

    private static int blank(String text) {
        int i = 0;
        while (i < text.length() && !ShellWord.isBlank(text.charAt(i))) {
            i++;
        }
        return i;
    }

    private static boolean isNameCharacter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-';
    }

    /** Where {@code config} stands in {@code git config KEY VALUE}, −1 when argv is none. */
    private static int config(List<String> argv) {
        if (argv.isEmpty()) {
            return -1;
        }
        String program = program(argv);
        return program.equals("git-config") ? 0 : argv.indexOf("config");
    }

    private static boolean isSecretKey(String element) {
        return element.indexOf('.') > 0
                && "-/~".indexOf(element.charAt(0)) < 0
                && element.indexOf('=') < 0
                && Secrets.isSecretName(element);
    }

    /** {@code --config-env=NAME=VARIABLE} says where the value is, not what it is. */
    private static boolean namesAnEnvironmentVariable(List<String> argv, int i) {
        String element = argv.get(i);
        boolean follows = i > 0 && argv.get(i - 1).equals("--config-env");
        if (!follows && !element.startsWith("--config-env=") || !program(argv).equals("git")) {
            return false;
        }
        int variable = element.lastIndexOf('=') + 1;
        for (int j = variable; j < element.length(); j++) {
            char c = element.charAt(j);
            if (!isNameCharacter(c) || c == '.' || c == '-') {
                return false;
            }
        }
        // A key has a dot and here no other equals sign; what looks different is an assignment in the wrong place.
        int name = follows ? 0 : "--config-env=".length();
        String key = variable > name ? element.substring(name, variable - 1) : "";
        return key.indexOf('.') > 0 && key.indexOf('=') < 0;
    }

    /** git gives a shell's command line as the first element of argv; a shell takes it behind {@code -c}. */
    private static boolean isShellCommand(List<String> argv, int i) {
        if (i == 0) {
            return true;
        }
        String option = argv.get(i - 1);
        return program(argv).endsWith("sh") && option.startsWith("-") && option.endsWith("c");
    }

    private static String program(List<String> argv) {
        String first = argv.getFirst();
        return first.substring(first.lastIndexOf('/') + 1);
    }
}
