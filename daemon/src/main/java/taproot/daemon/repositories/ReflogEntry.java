package taproot.daemon.repositories;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One line of a reflog: {@code <old> <new> <who> <seconds> <zone>\t<message>}.
 *
 * @param line the whole line, its bytes as chars, without the newline
 * @param end the offset behind it, newline included
 * @param seconds as its writer's clock, or {@code GIT_COMMITTER_DATE}, said
 */
record ReflogEntry(String line, long end, String old, String current, long seconds, String message) {

    /** Null where the line has another shape. */
    static @Nullable ReflogEntry of(String line, long end) {
        int tab = line.indexOf('\t');
        String head = tab < 0 ? line : line.substring(0, tab);
        int first = head.indexOf(' ');
        int second = first < 0 ? -1 : head.indexOf(' ', first + 1);
        int zone = head.lastIndexOf(' ');
        int time = zone < 0 ? -1 : head.lastIndexOf(' ', zone - 1);
        if (second < 0 || time < second) {
            return null;
        }
        String old = head.substring(0, first);
        String current = head.substring(first + 1, second);
        try {
            long seconds = Long.parseLong(head.substring(time + 1, zone));
            String message = tab < 0 ? "" : line.substring(tab + 1);
            return isObjectName(old) && isObjectName(current) && old.length() == current.length()
                    ? new ReflogEntry(line, end, old, current, seconds, message)
                    : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static boolean isObjectName(String word) {
        return (word.length() == 40 || word.length() == 64)
                && word.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    /** Whether anything moved by it. */
    boolean moved() {
        return !old.equals(current);
    }

    /** What a reader keeps of it to know it again. */
    int hash() {
        return line.hashCode();
    }

    int length() {
        return line.getBytes(StandardCharsets.ISO_8859_1).length + 1;
    }
}
