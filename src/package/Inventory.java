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
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Makes of Maven's SBOMs what goes into a package: one SBOM with the Java runtime as one more component and without what is
 * not packaged, a table of who licenses what, and the text of each licence. Fails at a component without a licence, and at
 * a jar without a component.
 *
 * <p>A program of one source file, started by {@code ./taproot package}: the JDK's release file, where to write, and for each
 * directory of jars {@code SBOM=DIRECTORY}, that of the program itself first.
 */
final class Inventory {
    /** By bom-ref: what several directories have is one component. */
    private final Map<String, Object> components = new LinkedHashMap<>();

    /** What each component needs, by bom-ref. */
    private final Map<String, TreeSet<String>> needed = new TreeMap<>();

    private final Map<String, String> table = new TreeMap<>();
    private final Map<String, String> texts = new TreeMap<>();

    private Inventory() {}

    public static void main(String[] arguments) throws IOException {
        Path out = Path.of(arguments[1]);
        Inventory inventory = new Inventory();
        Map<String, Object> sbom = Map.of();
        for (int i = 2; i < arguments.length; i++) {
            String[] parts = arguments[i].split("=", 2);
            Map<String, Object> read = object(read(Path.of(parts[0])));
            inventory.add(read, Path.of(parts[1]), i == 2);
            sbom = i == 2 ? read : sbom;
        }
        inventory.addRuntime(Path.of(arguments[0]));
        inventory.writeTo(out, sbom);
    }

    /** @param program whether it is the SBOM of the whole, whose own jar is not one of its components */
    private void add(Map<String, Object> sbom, Path directory, boolean program) throws IOException {
        TreeSet<String> jars = new TreeSet<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .forEach(jars::add);
        }
        List<Object> listed = new ArrayList<>(list(sbom.get("components")));
        if (program) {
            jars.remove("taproot.jar");
        } else {
            listed.add(object(sbom.get("metadata")).get("component"));
        }
        for (Object each : listed) {
            Map<String, Object> component = object(each);
            String jar = jar(component);
            if (jars.remove(jar)) {
                String name = component.get("name") + " " + component.get("version");
                table.put(name, licences(name, component, directory.resolve(jar)));
                components.put(component.get("bom-ref").toString(), component);
            }
        }
        if (!jars.isEmpty()) {
            throw new IllegalStateException(
                    "expected a component for each jar in " + directory + ", got none for " + jars);
        }
        for (Object each : list(sbom.getOrDefault("dependencies", List.of()))) {
            Map<String, Object> dependency = object(each);
            TreeSet<String> on = needed.computeIfAbsent(dependency.get("ref").toString(), _ -> new TreeSet<>());
            list(dependency.getOrDefault("dependsOn", List.of())).forEach(ref -> on.add(ref.toString()));
        }
    }

    private void addRuntime(Path release) throws IOException {
        Map<String, Object> runtime = runtime(release);
        String name = runtime.get("name") + " " + runtime.get("version");
        components.put(name, runtime);
        table.put(name, "GPL-2.0-only WITH Classpath-exception-2.0");
    }

    private void writeTo(Path out, Map<String, Object> sbom) throws IOException {
        sbom.put("components", List.copyOf(components.values()));
        Object whole = object(object(sbom.get("metadata")).get("component")).get("bom-ref");
        List<Object> dependencies = new ArrayList<>();
        needed.forEach((ref, on) -> {
            if (components.containsKey(ref) || ref.equals(whole)) {
                on.retainAll(components.keySet());
                dependencies.add(new TreeMap<>(Map.of("ref", ref, "dependsOn", List.copyOf(on))));
            }
        });
        sbom.put("dependencies", dependencies);
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

    private static String jar(Map<String, Object> component) {
        String purl = String.valueOf(component.get("purl"));
        String classifier = purl.contains("classifier=") ? "-" + purl.replaceAll(".*classifier=([^&]*).*", "$1") : "";
        return component.get("name") + "-" + component.get("version") + classifier + ".jar";
    }

    private String licences(String name, Map<String, Object> component, Path jar) throws IOException {
        if ("taproot".equals(component.get("group"))) {
            component.put("licenses", List.of(Map.of("license", Map.of("id", "Apache-2.0"))));
            return "Apache-2.0";
        }
        List<String> ids = new ArrayList<>();
        for (Object choice : list(component.getOrDefault("licenses", List.of()))) {
            Object expression = object(choice).get("expression");
            if (expression != null) {
                texts.put(name.replace(' ', '-'), textInside(jar));
                ids.add(expression.toString());
                continue;
            }
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

    /** Of licences that are given as an expression Maven has no text; whoever grants them has put it into the jar. */
    private static String textInside(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            ZipEntry entry = zip.stream()
                    .filter(each -> each.getName().matches("(META-INF/)?LICENSE(\\.txt|\\.md)?"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("expected the text of its licence in " + jar));
            return new String(zip.getInputStream(entry).readAllBytes(), UTF_8);
        }
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
