package taproot.daemon.api;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A server-sent event as a client understands it; a comment is one too.
 *
 * @param id of this event, null where it has none
 */
record Event(String name, @Nullable String id, String data) {

    static Event next(Http http) throws IOException {
        String name = "message";
        String id = null;
        StringBuilder data = new StringBuilder();
        while (true) {
            String line = http.line();
            if (line.isEmpty()) {
                return new Event(name, id, data.toString());
            }
            int colon = line.indexOf(':');
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon)) {
                case "event" -> name = value;
                case "id" -> id = value;
                case "data" -> data.append(value);
                case "" -> name = "comment";
                default -> throw new IOException("no field of an event: " + line);
            }
        }
    }

    /** The next one that is of this kind; those before it are passed over. */
    static Event next(Http http, String name) throws IOException {
        Event event = next(http);
        while (!event.name.equals(name)) {
            event = next(http);
        }
        return event;
    }

    long seq() {
        return id == null ? -1 : Long.parseLong(id);
    }
}
