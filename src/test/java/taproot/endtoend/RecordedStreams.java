package taproot.endtoend;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A directory of recorded streams, at any depth: one file is what one connection carried, the files of one folder belong
 * together. Holds paths alone; the lines are read where they are needed.
 */
record RecordedStreams(Map<Path, List<Path>> folders) {
    private static final Pattern SID = Pattern.compile("\"sid\":\"([^\"]*)\"");
    private static final Pattern TIME = Pattern.compile("\"time\":\"([^\"]*)\"");
    private static final Pattern GIT_SHAPED =
            Pattern.compile("\\d{8}T\\d{6}\\.\\d{6}Z-(?:H[0-9a-fA-F]{8}|Localhost)-P[0-9a-fA-F]{8}");

    /** Everything in the directories whose first line is an event. */
    static RecordedStreams in(Path... directories) throws IOException {
        Map<Path, List<Path>> folders = new TreeMap<>();
        for (Path directory : directories) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                    if (isStream(file)) {
                        folders.computeIfAbsent(file.getParent(), _ -> new ArrayList<>())
                                .add(file);
                    }
                }
            }
        }
        return new RecordedStreams(folders);
    }

    private static boolean isStream(Path file) throws IOException {
        byte[] beginning = new byte[9];
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(beginning, 0, beginning.length) == beginning.length
                    && new String(beginning, StandardCharsets.ISO_8859_1).equals("{\"event\":");
        }
    }

    /** The files of each root, by the SID that their first lines say. */
    List<List<Path>> roots() throws IOException {
        Map<String, List<Path>> roots = new LinkedHashMap<>();
        for (Map.Entry<Path, List<Path>> folder : folders.entrySet()) {
            for (Path file : folder.getValue()) {
                try (var lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
                    Matcher sid = SID.matcher(String.valueOf(lines.readLine()));
                    String root = sid.find() ? root(sid.group(1)) : "";
                    roots.computeIfAbsent(folder.getKey() + " " + root, _ -> new ArrayList<>())
                            .add(file);
                }
            }
        }
        return new ArrayList<>(roots.values());
    }

    /** The SID up to and including the first component of git's shape; the whole where there is none. */
    static String root(String sid) {
        StringBuilder root = new StringBuilder();
        for (String component : sid.split("/", -1)) {
            root.append(root.isEmpty() ? "" : "/").append(component);
            if (GIT_SHAPED.matcher(component).matches()) {
                return root.toString();
            }
        }
        return sid;
    }

    /** The pid in a SID's last component; -1 in another shape. */
    static long pid(String sid) {
        String last = sid.substring(sid.lastIndexOf('/') + 1);
        return GIT_SHAPED.matcher(last).matches() ? Long.parseLong(last.substring(last.length() - 8), 16) : -1;
    }

    int connections() {
        return folders.values().stream().mapToInt(List::size).sum();
    }

    /** A file's lines, each with its newline. */
    static List<byte[]> lines(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                lines.add(Arrays.copyOfRange(bytes, from, i + 1));
                from = i + 1;
            }
        }
        return lines;
    }

    /** One line of one of the files. */
    record Line(int file, String time) {}

    /** In which order the lines of these files were written: that of their times, those without at the one before. */
    static List<Line> inTimeOrder(List<Path> files) throws IOException {
        List<Line> order = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            String latest = "";
            for (byte[] line : lines(files.get(i))) {
                Matcher time = TIME.matcher(new String(line, StandardCharsets.ISO_8859_1));
                if (time.find() && time.group(1).compareTo(latest) > 0) {
                    latest = time.group(1);
                }
                order.add(new Line(i, latest));
            }
        }
        order.sort(Comparator.comparing(Line::time));
        return order;
    }
}
