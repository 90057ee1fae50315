package taproot.cli.hook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The hooks of one repository as files, where git is too old to have them configured. A hook of somebody else's stays. */
final class HookFiles {
    static final List<String> HOOKS = List.of("reference-transaction", "post-rewrite");

    /** Whose hook it is. */
    enum State {
        ABSENT("not installed"),
        OURS("installed"),
        /** Somebody else's, with our line in it. */
        CHAINED("installed, in a hook of yours"),
        FOREIGN("a hook of yours, which does not report");

        private final String words;

        State(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    private final Path directory;
    private final Scripts scripts;

    HookFiles(Path directory, Scripts scripts) {
        this.directory = directory;
        this.scripts = scripts;
    }

    Path file(String hook) {
        return directory.resolve(hook);
    }

    State state(String hook) throws IOException {
        Path file = file(hook);
        if (!Files.exists(file)) {
            // A link that leads nowhere is somebody's, too.
            return Files.isSymbolicLink(file) ? State.FOREIGN : State.ABSENT;
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        if (text.contains(Scripts.MARK)) {
            return State.OURS;
        }
        return text.contains(scripts.chain().toString()) ? State.CHAINED : State.FOREIGN;
    }

    /** Installs what can be; returns the hooks that are in the way. */
    List<String> install() throws IOException {
        List<String> refused = new ArrayList<>();
        Files.createDirectories(directory);
        for (String hook : HOOKS) {
            switch (state(hook)) {
                case ABSENT, OURS -> Scripts.put(file(hook), Scripts.hook());
                case CHAINED -> {}
                case FOREIGN -> refused.add(hook);
            }
        }
        return refused;
    }

    /** Removes what is ours; returns the hooks that have our line in them. */
    List<String> remove() throws IOException {
        List<String> chained = new ArrayList<>();
        for (String hook : HOOKS) {
            switch (state(hook)) {
                case OURS -> Files.delete(file(hook));
                case CHAINED -> chained.add(hook);
                case ABSENT, FOREIGN -> {}
            }
        }
        return chained;
    }
}
