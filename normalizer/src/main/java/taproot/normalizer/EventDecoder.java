package taproot.normalizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Decodes whole lines, for the third of them that a record needs: those that are plain by itself, all others with
 * Jackson. Confined to one thread, because it reuses its {@link Fields}.
 */
public final class EventDecoder {
    /** Four levels are the deepest git writes ({@code data_json}); Jackson's own limits keep hostile lines cheap. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(64)
                    .maxStringLength(8 << 20)
                    .build())
            .build();

    /** What a byte becomes that is not UTF-8. */
    private static final char REPLACEMENT = '\uFFFD';

    private final Fields fields = new Fields();
    private final PlainLine plain = new PlainLine();

    /**
     * The event; null where the line says nothing that a record needs.
     *
     * @param rest where the line goes on behind its event and SID; below 0 where these are not the first, or not plain
     */
    @Nullable
    Event decode(EventKind.Reader reader, byte[] line, int from, int rest, int to) throws MalformedEventException {
        if (rest < 0 || !readPlain(line, rest, to)) {
            readAny(line, from, to);
        }
        return reader.read(fields);
    }

    private boolean readPlain(byte[] line, int rest, int to) {
        try {
            fields.read(plain.of(line, rest, to));
            return true;
        } catch (IOException | MalformedEventException e) {
            return false;
        }
    }

    private void readAny(byte[] line, int from, int to) throws MalformedEventException {
        try (JsonParser json = JSON.createParser(line, from, to - from)) {
            fields.read(new JacksonLine(json));
        } catch (IOException e) {
            // Not JSON, or not UTF-8: git writes the bytes of an argument as they are. Decoding the line first makes
            // each bad byte U+FFFD, in its own field alone; what then still fails is no JSON.
            readText(new String(line, from, to - from, StandardCharsets.UTF_8));
            if (fields.worktree != null && fields.worktree.indexOf(REPLACEMENT) >= 0) {
                // Whoever looks for the repository needs the very bytes; the other fields are only to be read.
                fields.rawWorktree =
                        topLevelText("worktree", new String(line, from, to - from, StandardCharsets.ISO_8859_1));
            }
        }
    }

    private void readText(String line) throws MalformedEventException {
        try (JsonParser json = JSON.createParser(line)) {
            fields.read(new JacksonLine(json));
        } catch (IOException e) {
            throw new MalformedEventException("expected JSON: " + Text.bounded(String.valueOf(e.getMessage()), 200));
        }
    }

    /** The value of a text field at the line's top level; null where there is none. */
    static @Nullable String topLevelText(String name, String line) {
        try (JsonParser json = JSON.createParser(line)) {
            json.nextToken();
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                if (field.equals(name)) {
                    return json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : null;
                }
                json.skipChildren();
            }
            return null;
        } catch (IOException e) {
            return null;
        }
    }
}
