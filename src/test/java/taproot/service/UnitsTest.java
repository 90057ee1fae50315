package taproot.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The units in {@code systemd/}, judged by systemd's own tools; they need no systemd that runs. */
class UnitsTest {
    private static final Path UNITS = Path.of("..", "systemd");
    private static final double GREATEST_EXPOSURE = 2.5;
    private static final Pattern EXPOSURE = Pattern.compile("Overall exposure level .*: (\\d+\\.\\d)");
    private static final Pattern ASSESSED = Pattern.compile("\"name\":\"([^\"]+)\"[^}]*\"exposure\":\"(\\d+\\.\\d)\"");

    @TempDir
    private Path directory;

    /** Copies in which the program is one that exists, since the units say only its name. */
    @BeforeEach
    void units() throws IOException {
        for (String kind : List.of("system", "user")) {
            Files.createDirectory(directory.resolve(kind));
            try (Stream<Path> units = Files.list(UNITS.resolve(kind))) {
                for (Path unit : units.toList()) {
                    String text = Files.readString(unit).replace("ExecStart=taproot ", "ExecStart=/bin/sleep ");
                    Files.writeString(directory.resolve(kind).resolve(unit.getFileName()), text);
                }
            }
        }
    }

    @Test
    void systemdUnderstandsEveryLine() throws Exception {
        assertThat(verify("system", "taproot@.service", "taproot@.socket", "taproot-release@.service"))
                .isEmpty();
        assertThat(verify("user", "taproot.service", "taproot.socket", "taproot-release.service"))
                .isEmpty();
    }

    @Test
    void theSystemServiceIsExposedLittle() throws Exception {
        String assessment = security();
        Matcher exposure = EXPOSURE.matcher(assessment);
        assertThat(exposure.find()).as(assessment).isTrue();
        assertThat(Double.parseDouble(exposure.group(1))).isLessThanOrEqualTo(GREATEST_EXPOSURE);
    }

    @Test
    void whatExposesItIsExplainedInTheUnit() throws Exception {
        String unit = Files.readString(UNITS.resolve("system/taproot@.service"));
        Map<String, String> unexplained = new LinkedHashMap<>();
        Matcher assessed = ASSESSED.matcher(security("--json=short"));
        int found = 0;
        while (assessed.find()) {
            found++;
            for (String directive : assessed.group(1).split("/")) {
                String name = directive.replaceAll("=.*", "=");
                if (!unit.contains(name)) {
                    unexplained.put(name, assessed.group(2));
                }
            }
        }
        assertThat(found).as("what systemd-analyze objects to").isPositive();
        // What PrivateDevices= and ProtectClock= themselves allow.
        unexplained.remove("DeviceAllow=");
        assertThat(unexplained).isEmpty();
    }

    @Test
    void theServicesOfUserAndSystemDifferOnlyWhereTheyHaveTo() throws Exception {
        List<String> user = directives("user/taproot.service");
        List<String> system = directives("system/taproot@.service");
        assertThat(user.stream().filter(line -> !system.contains(line)))
                .containsExactlyInAnyOrder(
                        "Description=Taproot, a flight recorder for git",
                        "OnFailure=taproot-release.service",
                        "RuntimeDirectory=taproot",
                        "WantedBy=default.target");
    }

    @Test
    void theSocketIsOffByDefaultAndHasItsNameAndItsPlace() throws Exception {
        for (String socket : List.of("user/taproot.socket", "system/taproot@.socket")) {
            assertThat(directives(socket)).contains("FileDescriptorName=trace2", "SocketMode=0600", "Backlog=4096");
        }
        for (String service : List.of("user/taproot.service", "system/taproot@.service")) {
            assertThat(directives(service)).noneMatch(line -> line.startsWith("Also=") || line.contains(".socket"));
        }
    }

    private static List<String> directives(String unit) throws IOException {
        return Files.readAllLines(UNITS.resolve(unit)).stream()
                .filter(line -> line.contains("=") && !line.startsWith("#"))
                .toList();
    }

    private String verify(String kind, String... units) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of("systemd-analyze", "--" + kind, "verify", "--man=no"));
        for (String unit : units) {
            command.add(directory.resolve(kind).resolve(unit).toString());
        }
        return run(kind, command, 0);
    }

    private String security(String... options) throws Exception {
        List<String> command =
                new java.util.ArrayList<>(List.of("systemd-analyze", "security", "--offline=yes", "--no-pager"));
        command.addAll(List.of(options));
        command.add(directory.resolve("system/taproot@.service").toString());
        return run("system", command, 0);
    }

    private String run(String kind, List<String> command, int expected) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // The machine's own units, which others have written, are not judged here.
        builder.environment().put("SYSTEMD_UNIT_PATH", directory.resolve(kind) + ":");
        builder.environment().put("XDG_RUNTIME_DIR", directory.toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(expected);
        return output;
    }
}
