package taproot.normalizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a line as Jackson reads them, which decides what is JSON and what is not. */
final class JacksonLine implements Fields.Source {
    private final JsonParser json;
    private boolean begun;

    JacksonLine(JsonParser json) {
        this.json = json;
    }

    @Override
    public @Nullable String nextName() throws IOException, MalformedEventException {
        if (!begun && json.nextToken() != JsonToken.START_OBJECT) {
            throw new MalformedEventException("expected a JSON object, came something else");
        }
        begun = true;
        String name = json.nextFieldName();
        if (name == null && json.currentToken() != JsonToken.END_OBJECT) {
            throw new MalformedEventException("expected a field or the object's end");
        }
        return name;
    }

    @Override
    public String text() throws IOException, MalformedEventException {
        if (json.nextToken() != JsonToken.VALUE_STRING) {
            throw new MalformedEventException("expected a string for \"" + json.currentName() + "\"");
        }
        return json.getText();
    }

    @Override
    public @Nullable String scalar() throws IOException {
        JsonToken token = json.nextToken();
        if (token != null && token.isScalarValue()) {
            return token == JsonToken.VALUE_NULL ? null : json.getText();
        }
        json.skipChildren();
        return null;
    }

    @Override
    public long time() throws IOException, MalformedEventException {
        return Timestamps.parse(text());
    }

    @Override
    public long integer() throws IOException, MalformedEventException {
        if (json.nextToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new MalformedEventException("expected a whole number for \"" + json.currentName() + "\"");
        }
        return json.getLongValue();
    }

    @Override
    public long micros() throws IOException, MalformedEventException {
        JsonToken token = json.nextToken();
        if (token != JsonToken.VALUE_NUMBER_FLOAT && token != JsonToken.VALUE_NUMBER_INT) {
            throw new MalformedEventException("expected seconds for \"" + json.currentName() + "\"");
        }
        double seconds = json.getDoubleValue();
        if (!(Math.abs(seconds) < 1e12)) {
            throw new MalformedEventException("expected seconds for \"" + json.currentName() + "\", they are absurd");
        }
        return Math.round(seconds * 1e6);
    }

    @Override
    public List<String> texts() throws IOException, MalformedEventException {
        if (json.nextToken() != JsonToken.START_ARRAY) {
            throw new MalformedEventException("expected an array of strings for \"" + json.currentName() + "\"");
        }
        List<String> texts = new ArrayList<>(8);
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            if (token != JsonToken.VALUE_STRING) {
                throw new MalformedEventException("expected only strings in \"" + json.currentName() + "\"");
            }
            texts.add(json.getText());
        }
        return texts;
    }

    @Override
    public void skip() throws IOException {
        json.nextToken();
        json.skipChildren();
    }
}
