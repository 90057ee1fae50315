import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Makes of Maven's SBOM what goes into a package: the SBOM with the Java runtime as one more component and without what is
 * not packaged, a table of who licenses what, and the text of each licence. Fails at a component without a licence.
 *
 * <p>A program of one source file, started by {@code ./taproot package}: SBOM, the JDK's release file, the directory of
 * packaged jars, where to write.
 */
final class Inventory {
    private Inventory() {}

    public static void main(String[] arguments) throws IOException {
        Map<String, Object> sbom = object(read(Path.of(arguments[0])));
        Path release = Path.of(arguments[1]);
        TreeSet<String> jars = new TreeSet<>();
        try (Stream<Path> files = Files.list(Path.of(arguments[2]))) {
            files.map(file -> file.getFileName().toString()).forEach(jars::add);
        }
        Path out = Path.of(arguments[3]);
        Map<String, String> table = new TreeMap<>();
        Map<String, String> texts = new TreeMap<>();
        List<Object> components = new ArrayList<>();
        for (Object each : list(sbom.get("components"))) {
            Map<String, Object> component = object(each);
            if (isPackaged(component, jars)) {
                String name = component.get("name") + " " + component.get("version");
                table.put(name, licences(name, component, texts));
                components.add(component);
            }
        }
        Map<String, Object> runtime = runtime(release);
        components.add(runtime);
        table.put(runtime.get("name") + " " + runtime.get("version"), "GPL-2.0-only WITH Classpath-exception-2.0");
        sbom.put("components", components);
        write(out.resolve("sbom.json"), sbom);
        Path licences = Files.createDirectories(out.resolve("licences"));
        for (Map.Entry<String, String> text : texts.entrySet()) {
            Files.writeString(licences.resolve(text.getKey() + ".txt"), text.getValue());
        }
        StringBuilder lines = new StringBuilder("""
                What Taproot's packages contain of others, and under which licence. The texts are in licences/, those of the
                Java runtime and of what it contains in runtime/legal/; the whole list, with hashes, is sbom.json (CycloneDX).

                """);
        table.forEach((name, licence) -> lines.append("%-52s %s%n".formatted(name, licence)));
        lines.append("""

                Inside sqlite-jdbc: SQLite, which is in the public domain. Inside zstd-jni: Zstandard, BSD-3-Clause.
                """);
        Files.writeString(out.resolve("THIRD-PARTY.txt"), lines.toString());
    }

    /** By the name of its jar; those of this project's modules and of the program itself count as well. */
    private static boolean isPackaged(Map<String, Object> component, TreeSet<String> jars) {
        String file = component.get("name") + "-" + component.get("version");
        String purl = String.valueOf(component.get("purl"));
        String classifier = purl.contains("classifier=") ? "-" + purl.replaceAll(".*classifier=([^&]*).*", "$1") : "";
        return jars.contains(file + classifier + ".jar");
    }

    private static String licences(String name, Map<String, Object> component, Map<String, String> texts) {
        if ("taproot".equals(component.get("group"))) {
            component.put("licenses", List.of(Map.of("license", Map.of("id", "Apache-2.0"))));
            return "Apache-2.0";
        }
        List<String> ids = new ArrayList<>();
        for (Object choice : list(component.getOrDefault("licenses", List.of()))) {
            Map<String, Object> licence = object(object(choice).get("license"));
            Object id = licence.get("id");
            if (id == null) {
                throw new IllegalStateException(name + ": expected a licence with an SPDX id, got " + licence);
            }
            Map<String, Object> text = object(licence.remove("text"));
            texts.put(
                    id.toString(),
                    new String(
                            Base64.getMimeDecoder().decode(text.get("content").toString()), UTF_8));
            ids.add(id.toString());
        }
        if (ids.isEmpty()) {
            throw new IllegalStateException(name + ": expected a licence in its pom, got none");
        }
        return String.join(" or ", ids);
    }

    private static Map<String, Object> runtime(Path release) throws IOException {
        Map<String, String> facts = new TreeMap<>();
        for (String line : Files.readAllLines(release)) {
            String[] parts = line.split("=", 2);
            facts.put(parts[0], parts.length < 2 ? "" : parts[1].replace("\"", ""));
        }
        Map<String, Object> component = new LinkedHashMap<>();
        component.put("type", "platform");
        component.put("supplier", Map.of("name", facts.getOrDefault("IMPLEMENTOR", "unknown")));
        component.put("name", "java-runtime");
        component.put("version", facts.getOrDefault("JAVA_RUNTIME_VERSION", facts.get("JAVA_VERSION")));
        component.put("licenses", List.of(Map.of("expression", "GPL-2.0-only WITH Classpath-exception-2.0")));
        return component;
    }

    // --- JSON, as maps and lists ------------------------------------------------------------------------------------

    private static Object read(Path file) throws IOException {
        try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
            json.nextToken();
            return value(json);
        }
    }

    private static Object value(JsonParser json) throws IOException {
        switch (json.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (json.nextToken() != JsonToken.END_OBJECT) {
                    String name = json.currentName();
                    json.nextToken();
                    map.put(name, value(json));
                }
                return map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(json));
                }
                return list;
            }
            case VALUE_NUMBER_INT -> {
                return json.getLongValue();
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return json.getBooleanValue();
            }
            default -> {
                return json.getText();
            }
        }
    }

    private static void write(Path file, Object value) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(file))) {
            json.useDefaultPrettyPrinter();
            write(json, value);
        }
    }

    private static void write(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case Map<?, ?> map -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    json.writeFieldName(entry.getKey().toString());
                    write(json, entry.getValue());
                }
                json.writeEndObject();
            }
            case List<?> list -> {
                json.writeStartArray();
                for (Object each : list) {
                    write(json, each);
                }
                json.writeEndArray();
            }
            case Long number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            default -> json.writeString(value.toString());
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object value) {
        return (List<Object>) value;
    }
}
