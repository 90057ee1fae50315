package taproot.daemon.sink.opentelemetry;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import taproot.daemon.config.ConfigType;
import taproot.daemon.config.Secret;

/** A header for each request, such as a token: {@code NAME=env:VARIABLE} or {@code NAME=file:/path}. */
record Header(String name, Secret value) {
    static final String EXPECTED = "an array of NAME=env:VARIABLE or NAME=file:/absolute/path, such as"
            + " [\"Authorization=file:/home/me/.config/otlp-token\"]";

    private static final ConfigType<Secret> SECRET = ConfigType.secret();

    static Header parse(String text) throws ConfigType.BadValue {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new ConfigType.BadValue("a header without NAME=");
        }
        // What stands behind the name may be the secret itself, so a complaint does not repeat it.
        String place = text.substring(equals + 1);
        return new Header(
                text.substring(0, equals).toLowerCase(Locale.ROOT),
                SECRET.reader().read(List.of(place)));
    }

    /** @throws IOException when one of them cannot be had; says what to do */
    static Map<String, String> read(List<Header> headers) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        for (Header header : headers) {
            values.put(header.name, header.value.read(System.getenv()));
        }
        return values;
    }
}
