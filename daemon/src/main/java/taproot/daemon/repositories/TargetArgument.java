package taproot.daemon.repositories;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The directory that {@code clone} or {@code init} was told to make, or, of a clone, the one that git makes up from the URL. */
final class TargetArgument {
    /** Options of both whose value is the next word. */
    private static final Set<String> WITH_VALUE = Set.of(
            "--template",
            "--separate-git-dir",
            "--object-format",
            "--ref-format",
            "-b",
            "--initial-branch",
            "--branch",
            "-o",
            "--origin",
            "-u",
            "--upload-pack",
            "--reference",
            "--reference-if-able",
            "--depth",
            "--shallow-since",
            "--shallow-exclude",
            "-j",
            "--jobs",
            "--server-option",
            "-c",
            "--config",
            "--filter",
            "--bundle-uri",
            "--revision");

    private TargetArgument() {}

    /** Null where the command names none. */
    static @Nullable String of(List<String> argv, String command) {
        int at = argv.indexOf(command);
        if (at < 0) {
            return null;
        }
        List<String> arguments = arguments(argv.subList(at + 1, argv.size()));
        if (!command.equals("clone")) {
            return arguments.isEmpty() ? null : arguments.getFirst();
        }
        if (arguments.size() > 1) {
            return arguments.get(1);
        }
        return arguments.isEmpty()
                ? null
                : madeUp(arguments.getFirst(), argv.contains("--bare") || argv.contains("--mirror"));
    }

    private static List<String> arguments(List<String> words) {
        List<String> arguments = new ArrayList<>();
        boolean options = true;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (options && word.equals("--")) {
                options = false;
            } else if (options && word.startsWith("-") && word.length() > 1) {
                i += WITH_VALUE.contains(word) ? 1 : 0;
            } else {
                arguments.add(word);
            }
        }
        return arguments;
    }

    /** {@code git_url_basename} in git's dir.c, for the addresses people write. */
    private static @Nullable String madeUp(String url, boolean bare) {
        String path = cut(cut(url, "/"), "/.git");
        path = cut(path, "/");
        String name = path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf(':')) + 1);
        name = cut(cut(name, ".bundle"), ".git");
        return name.isEmpty() ? null : bare ? name + ".git" : name;
    }

    private static String cut(String text, String end) {
        return text.length() > end.length() && text.endsWith(end)
                ? text.substring(0, text.length() - end.length())
                : text;
    }
}
