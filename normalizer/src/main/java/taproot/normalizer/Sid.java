package taproot.normalizer;

import org.jspecify.annotations.Nullable;

/**
 * A trace2 session id: a path of components, one per git process from the outermost inwards. Parsing costs one pass
 * over it.
 *
 * <p>A component that git made has the shape {@code YYYYMMDDTHHMMSS.ffffffZ-(H<8 hex>|Localhost)-P<8 hex pid>}; whoever
 * sets {@code GIT_TRACE2_PARENT_SID} before starting git puts anything else in front of it.
 *
 * @param value the whole path, as sent
 * @param root the path up to and including the first git-shaped component; the whole path where there is none
 */
public record Sid(String value, String root) {

    /** Git's own are below 60 characters a component; eight deep was seen. */
    static final int MAX_LENGTH = 4096;

    /** As many of git's own components as fit into that length. */
    static final int MAX_DEPTH = 100;

    private static final int TIMESTAMP_LENGTH = "YYYYMMDDTHHMMSS.ffffffZ".length();

    public static Sid of(String value) {
        int from = 0;
        while (from <= value.length()) {
            int slash = value.indexOf('/', from);
            int end = slash < 0 ? value.length() : slash;
            if (isGitShaped(value, from, end)) {
                return new Sid(value, end == value.length() ? value : value.substring(0, end));
            }
            from = end + 1;
        }
        return new Sid(value, value);
    }

    /** Whether it has so many components that nobody's processes can have made it. */
    boolean isTooDeep() {
        long components = 1;
        for (int slash = value.indexOf('/'); slash >= 0; slash = value.indexOf('/', slash + 1)) {
            components++;
        }
        return components > MAX_DEPTH;
    }

    /** Whether this is the process at the top of its root. */
    public boolean isRoot() {
        return value.length() == root.length();
    }

    /** The SID of the process that started this one; null for a root. */
    @Nullable
    String parent() {
        return isRoot() ? null : value.substring(0, value.lastIndexOf('/'));
    }

    /** What the caller put before the root, without the slash; null where it put nothing. */
    public @Nullable String session() {
        int slash = root.lastIndexOf('/');
        return slash <= 0 ? null : root.substring(0, slash);
    }

    /** The process id in the last component; -1 where it does not have git's shape. */
    public long pid() {
        int from = value.lastIndexOf('/') + 1;
        return isGitShaped(value, from, value.length())
                ? Long.parseLong(value, value.length() - 8, value.length(), 16)
                : -1;
    }

    /** When the process began, as its last component says, in microseconds since the epoch; 0 in another shape. */
    long timestamp() {
        int from = value.lastIndexOf('/') + 1;
        if (!isGitShaped(value, from, value.length())) {
            return 0;
        }
        String c = value.substring(from, from + TIMESTAMP_LENGTH);
        try {
            return Timestamps.parse(c.substring(0, 4) + "-" + c.substring(4, 6) + "-" + c.substring(6, 8) + "T"
                    + c.substring(9, 11) + ":" + c.substring(11, 13) + ":" + c.substring(13));
        } catch (MalformedEventException e) {
            return 0;
        }
    }

    private static boolean isGitShaped(String s, int from, int to) {
        int host = from + TIMESTAMP_LENGTH;
        int pid = to - "-P00000000".length();
        return pid > host
                && isTimestamp(s, from)
                && (isHashedHost(s, host, pid) || isLocalhost(s, host, pid))
                && s.startsWith("-P", pid)
                && areHex(s, pid + 2, to);
    }

    private static boolean isTimestamp(String s, int at) {
        return areDigits(s, at, at + 8)
                && s.charAt(at + 8) == 'T'
                && areDigits(s, at + 9, at + 15)
                && s.charAt(at + 15) == '.'
                && areDigits(s, at + 16, at + 22)
                && s.charAt(at + 22) == 'Z';
    }

    private static boolean isHashedHost(String s, int from, int to) {
        return to - from == "-H00000000".length() && s.startsWith("-H", from) && areHex(s, from + 2, to);
    }

    private static boolean isLocalhost(String s, int from, int to) {
        return to - from == "-Localhost".length() && s.startsWith("-Localhost", from);
    }

    private static boolean areDigits(String s, int from, int to) {
        for (int i = from; i < to; i++) {
            if (s.charAt(i) < '0' || s.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static boolean areHex(String s, int from, int to) {
        for (int i = from; i < to; i++) {
            if (Character.digit(s.charAt(i), 16) < 0) {
                return false;
            }
        }
        return true;
    }
}
