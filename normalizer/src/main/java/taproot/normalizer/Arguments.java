package taproot.normalizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of one git command, read as git's parse-options reads them: letters in clusters, values attached or
 * next, long names shortened, {@code --no-} taking back. Options that the {@link Syntax} does not know are flags.
 *
 * @param options by long name, or letter where there is no other; the value is empty for a flag
 * @param words what is no option, in order
 * @param paths how many of the words stand behind {@code --}; −1 without one
 */
record Arguments(Map<String, String> options, List<String> words, int paths) {

    /**
     * Which options a command has, as far as they matter: those with a value, so that it is not taken for a word, and
     * those whose presence is asked for.
     *
     * @param letters by letter the long name, or the letter itself
     * @param valued by name whether a value follows: {@code true} where it may be the next argument, {@code false}
     *     where it can only be attached
     */
    record Syntax(Map<Character, String> letters, Map<String, Boolean> valued) {
        /**
         * From words such as {@code m/message=} (a value), {@code S/gpg-sign?} (a value only if attached), {@code
         * amend} and {@code f/force} (a flag), {@code C=} (a letter alone).
         */
        static Syntax of(String words) {
            Map<Character, String> letters = new HashMap<>();
            Map<String, Boolean> valued = new HashMap<>();
            for (String word : words.split(" ")) {
                boolean value = word.endsWith("=");
                boolean attached = word.endsWith("?");
                String names = value || attached ? word.substring(0, word.length() - 1) : word;
                int slash = names.indexOf('/');
                String name = names.substring(slash + 1);
                if (slash == 1 || name.length() == 1) {
                    letters.put(names.charAt(0), name);
                }
                valued.put(name, value);
                if (attached) {
                    valued.put(name + "?", false);
                }
            }
            return new Syntax(letters, valued);
        }

        /** The name that git takes this for: itself, or the only one that begins so. */
        String longName(String typed) {
            if (valued.containsKey(typed)) {
                return typed;
            }
            String found = null;
            for (String name : valued.keySet()) {
                if (name.length() > 1 && !name.endsWith("?") && name.startsWith(typed)) {
                    if (found != null) {
                        return typed;
                    }
                    found = name;
                }
            }
            return found == null ? typed : found;
        }

        boolean takesNext(String name) {
            return valued.getOrDefault(name, false);
        }

        boolean takesRest(String name) {
            return takesNext(name) || valued.containsKey(name + "?");
        }
    }

    static Arguments of(List<String> args, Syntax syntax) {
        Map<String, String> options = new HashMap<>();
        List<String> words = new ArrayList<>();
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            String next = i + 1 < args.size() ? args.get(i + 1) : "";
            if (arg.equals("--")) {
                List<String> paths = args.subList(i + 1, args.size());
                words.addAll(paths);
                return new Arguments(options, words, paths.size());
            } else if (arg.startsWith("--")) {
                i += longOption(arg, next, syntax, options) ? 1 : 0;
            } else if (arg.startsWith("-") && arg.length() > 1) {
                i += letters(arg, next, syntax, options) ? 1 : 0;
            } else {
                words.add(arg);
            }
        }
        return new Arguments(options, words, -1);
    }

    /** Whether the next argument was its value. */
    private static boolean longOption(String arg, String next, Syntax syntax, Map<String, String> options) {
        int equals = arg.indexOf('=');
        String typed = equals < 0 ? arg.substring(2) : arg.substring(2, equals);
        String name = syntax.longName(typed);
        boolean negated = name.equals(typed)
                && typed.startsWith("no-")
                && !syntax.valued().containsKey(typed);
        if (negated) {
            options.remove(syntax.longName(typed.substring("no-".length())));
            options.put(typed, "");
            return false;
        }
        boolean takesNext = equals < 0 && syntax.takesNext(name);
        options.put(name, equals >= 0 ? arg.substring(equals + 1) : takesNext ? next : "");
        options.remove("no-" + name);
        return takesNext;
    }

    private static boolean letters(String arg, String next, Syntax syntax, Map<String, String> options) {
        for (int i = 1; i < arg.length(); i++) {
            String name = syntax.letters().getOrDefault(arg.charAt(i), arg.substring(i, i + 1));
            if (syntax.takesRest(name)) {
                boolean attached = i + 1 < arg.length();
                boolean takesNext = !attached && syntax.takesNext(name);
                options.put(name, attached ? arg.substring(i + 1) : takesNext ? next : "");
                return takesNext;
            }
            options.put(name, "");
        }
        return false;
    }

    boolean has(String... names) {
        for (String name : names) {
            if (options.containsKey(name)) {
                return true;
            }
        }
        return false;
    }

    @Nullable
    String value(String name) {
        return options.get(name);
    }

    /** The word at this place; null where there are fewer. */
    @Nullable
    String word(int i) {
        return i < words.size() ? words.get(i) : null;
    }
}
