package taproot.daemon.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port on this machine's own interface, which no network reaches; given as numbers, because a name may lead elsewhere.
 *
 * @param host {@code 127.…} or {@code ::1}; empty where nothing is to listen
 * @param port 0 for any that is free
 */
public record LoopbackAddress(String host, int port) {
    private static final Pattern ADDRESS = Pattern.compile(
            "(?<v4>127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}):(?<port4>\\d{1,5})|\\[::1]:(?<port6>\\d{1,5})");

    static final String EXPECTED = "a loopback address and a port, such as \"127.0.0.1:7654\" or \"[::1]:7654\"";

    static LoopbackAddress parse(String text) throws ConfigType.BadValue {
        if (text.isEmpty()) {
            return new LoopbackAddress("", 0);
        }
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches()) {
            throw new ConfigType.BadValue(text);
        }
        String host = matcher.group("v4");
        String port = host == null ? matcher.group("port6") : matcher.group("port4");
        if (Integer.parseInt(port) > 0xffff || (host != null && !isAddress(host))) {
            throw new ConfigType.BadValue(text);
        }
        return new LoopbackAddress(host == null ? "::1" : host, Integer.parseInt(port));
    }

    private static boolean isAddress(String host) {
        for (String part : host.split("\\.", -1)) {
            if (Integer.parseInt(part) > 255) {
                return false;
            }
        }
        return true;
    }

    public boolean isGiven() {
        return !host.isEmpty();
    }
}
