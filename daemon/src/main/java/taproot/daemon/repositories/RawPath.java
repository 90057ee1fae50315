package taproot.daemon.repositories;

import java.nio.charset.StandardCharsets;

/**
 * A path as the kernel knows it: bytes, not text, here one char for each byte. Costs what a Latin-1 string costs; equal
 * when the bytes are.
 *
 * @param bytes each char is one byte; no trailing slash but that of the root
 */
record RawPath(String bytes) {

    /** Of a text that was decoded from UTF-8 without loss. */
    static RawPath ofText(String text) {
        return ofBytes(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    static RawPath ofBytes(String bytes) {
        int end = bytes.length();
        while (end > 1 && bytes.charAt(end - 1) == '/') {
            end--;
        }
        return new RawPath(bytes.substring(0, end));
    }

    /** As text; bytes that are not UTF-8 become U+FFFD. */
    String text() {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    boolean isAbsolute() {
        return bytes.startsWith("/");
    }

    boolean isRoot() {
        return bytes.equals("/");
    }

    /** The other path as seen from this directory. */
    RawPath resolve(RawPath other) {
        return other.isAbsolute() ? other : child(other.bytes);
    }

    RawPath child(String name) {
        return ofBytes(isRoot() ? "/" + name : bytes + "/" + name);
    }

    /** The directory it is in; the root is in itself. */
    RawPath parent() {
        int slash = bytes.lastIndexOf('/');
        return slash <= 0 ? new RawPath("/") : new RawPath(bytes.substring(0, slash));
    }

    String name() {
        return bytes.substring(bytes.lastIndexOf('/') + 1);
    }

    boolean isInOrAt(RawPath directory) {
        return bytes.equals(directory.bytes) || directory.isRoot() || bytes.startsWith(directory.bytes + "/");
    }
}
