package taproot;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.LocationProvider;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.ProtectionDomain;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import picocli.CommandLine.Command;

/**
 * The directions between packages and what may be used where, as the design fixes them. It reads the compiled classes of
 * all modules, those of sinks too, which the program does not know; what the compiler already enforces between modules is
 * repeated, because a pom is changed more easily.
 */
@AnalyzeClasses(
        packages = "taproot",
        locations = ArchitectureTest.SinkModules.class,
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {

    /** For each package of the daemon the siblings it may know. A new package is a new line here. */
    private static final Map<String, Set<String>> DIRECTIONS = Map.ofEntries(
            Map.entry("config", Set.of()),
            Map.entry("metrics", Set.of()),
            // Around the others, not between them: the wiring asks it for a socket and tells it how things stand.
            Map.entry("systemd", Set.of("metrics")),
            Map.entry("log", Set.of("config", "metrics")),
            Map.entry("roots", Set.of("config", "metrics", "log")),
            // Between the two: it is handed what it hands on, and knows neither.
            Map.entry("repositories", Set.of("config", "metrics")),
            Map.entry("ingest", Set.of("config", "metrics", "roots")),
            // The other way in: recorded streams instead of a socket.
            Map.entry("replay", Set.of("config", "metrics", "roots")),
            Map.entry("stream", Set.of("config", "metrics", "log")),
            Map.entry("sink", Set.of("config", "metrics", "log")),
            Map.entry("api", Set.of("config", "metrics", "log", "stream")));

    private static final Pattern IN_DAEMON = Pattern.compile("taproot\\.daemon\\.(\\w+)(\\..*)?");

    private static final int EXPOSED_TYPES = 3;

    /** A library of one package: its steps are its public face. */
    private static final String LIBRARY = "taproot.normalizer";

    @ArchTest
    static void theImportSawEveryModule(JavaClasses classes) {
        for (String name : List.of("taproot.normalizer.CommandRecord", "taproot.daemon.metrics.Counter")) {
            assertThat(classes.contain(name)).as(name).isTrue();
        }
        assertThat(classes.contain("taproot.cli.Main")).as("taproot.cli.Main").isTrue();
        for (Path module : SinkModules.directories()) {
            String sink = "taproot.daemon.sink." + module.getFileName();
            assertThat(classes.containPackage(sink))
                    .as("%s, compiled in %s", sink, module)
                    .isTrue();
        }
    }

    @ArchTest
    static final ArchRule sinksKnowOfTheDaemonOnlyWhatSinksAreAndHowTheyAreConfigured = noClasses()
            .that()
            .resideInAPackage("taproot.daemon.sink.*..")
            .should()
            .dependOnClassesThat(resideInAPackage("taproot..")
                    .and(not(resideInAnyPackage(
                            "taproot.daemon.sink",
                            "taproot.daemon.sink.*..",
                            "taproot.daemon.config",
                            LIBRARY + ".."))));

    @ArchTest
    static final ArchRule sinksDoNotKnowEachOther =
            slices().matching("taproot.daemon.sink.(*)..").should().notDependOnEachOther();

    /** Libraries of the daemon's may change their version, and its event loops are its own. */
    @ArchTest
    static final ArchRule sinksBringAlongWhatTheyUse = noClasses()
            .that()
            .resideInAPackage("taproot.daemon.sink.*..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("reactor..", "io.netty..", "org.sqlite..", "com.github.benmanes..", "io.micrometer..");

    @ArchTest
    static void aSinkShowsItsFactoryAndNothingElse(JavaClasses classes) {
        assertThat(classes)
                .filteredOn(type -> resideInAPackage("taproot.daemon.sink.*..").test(type))
                .filteredOn(type -> type.getModifiers().contains(JavaModifier.PUBLIC) && type.isTopLevelClass())
                .allSatisfy(type -> assertThat(type.getName()).endsWith("SinkFactory"));
    }

    @ArchTest
    static final ArchRule theNormalizerKnowsNothingOfTheDaemonOrTheProgram = noClasses()
            .that()
            .resideInAPackage("taproot.normalizer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("taproot.daemon..", "taproot.cli..");

    @ArchTest
    static final ArchRule theDaemonKnowsNothingOfTheProgram = noClasses()
            .that()
            .resideInAPackage("taproot.daemon..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("taproot.cli..");

    @ArchTest
    static final ArchRule roomsOfTheProgramDoNotKnowTheRegistryOfCommands = noClasses()
            .that()
            .resideInAPackage("taproot.cli.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("taproot.cli");

    @ArchTest
    static final ArchRule roomsOfTheProgramKnowEachOtherInOneDirection =
            slices().matching("taproot.cli.(*)..").should().beFreeOfCycles();

    @ArchTest
    static void packagesOfTheDaemonKnowOnlyTheSiblingsTheyMay(JavaClasses classes) {
        Set<String> forbidden = new TreeSet<>();
        for (JavaClass from : classes) {
            String sibling = siblingOf(from);
            if (sibling.isEmpty()) {
                continue;
            }
            Set<String> known = DIRECTIONS.get(sibling);
            assertThat(known).as("the directions of taproot.daemon.%s", sibling).isNotNull();
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                JavaClass to = dependency.getTargetClass().getBaseComponentType();
                boolean wiring = to.getPackageName().equals("taproot.daemon");
                String other = siblingOf(to);
                if (wiring || !(other.isEmpty() || other.equals(sibling) || known.contains(other))) {
                    forbidden.add(dependency.getDescription());
                }
            }
        }
        assertThat(forbidden).isEmpty();
    }

    @ArchTest
    static final ArchRule reactorAndNettyStayAtTheEdges = noClasses()
            .that(are(not(resideInAnyPackage(
                    "taproot.daemon.ingest..",
                    "taproot.daemon.stream..",
                    "taproot.daemon.api..",
                    "taproot.daemon.sink.."))))
            .and()
            .doNotHaveFullyQualifiedName("taproot.daemon.Daemon")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("reactor..", "io.netty..");

    @ArchTest
    static final ArchRule sqlStaysInTheLogAndInSinks = noClasses()
            .that(are(not(resideInAnyPackage("taproot.daemon.log..", "taproot.daemon.sink.*.."))))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..");

    @ArchTest
    static final ArchRule nobodyAsksWhereAClassComesFrom = noClasses()
            .should()
            .callMethod(ProtectionDomain.class, "getCodeSource")
            .because("what comes out of a start-up cache comes from where the cache was made, or from nowhere");

    /** The JVM checks at each start that what a command throws can be thrown, and looks for it through all jars. */
    @ArchTest
    static final ArchRule commandsThrowMistakesOfTheCommandLineByMistakeAlone = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("taproot.cli.options.Converters$Mistake")
            .and()
            .doNotHaveFullyQualifiedName("taproot.cli.Taproot")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("picocli.CommandLine$ParameterException");

    /** It goes by BigDecimal, whose class takes 30 ms of a start to be initialized. */
    @ArchTest
    static final ArchRule nobodyDividesDurations =
            noClasses().should().callMethod(Duration.class, "dividedBy", long.class);

    @ArchTest
    static final ArchRule theNormalizerDoesNoInputOrOutput = noClasses()
            .that()
            .resideInAPackage("taproot.normalizer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net..", "org.slf4j..");

    @ArchTest
    static final ArchRule theNormalizerHasNoThread = noClasses()
            .that()
            .resideInAPackage("taproot.normalizer..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Executor.class);

    @ArchTest
    static final ArchRule theNormalizerHasNoClock = noClasses()
            .that()
            .resideInAPackage("taproot.normalizer..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now");

    @ArchTest
    static final ArchRule namesSayWhatAClassIs =
            noClasses().should().haveNameMatching(".*(Manager|Helper|Util|Utils|Impl)(\\$.*)?");

    @ArchTest
    static void nullIsCompiledAwayInEveryPackage(JavaClasses classes) {
        Set<String> unmarked = new TreeSet<>();
        for (JavaClass type : classes) {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(type.getPackageName());
            }
        }
        assertThat(unmarked)
                .as("packages without @NullMarked in their package-info.java")
                .isEmpty();
    }

    @ArchTest
    static void aPackageExposesAFewTypesBesidesItsValues(JavaClasses classes) {
        Map<String, Set<String>> exposed = new TreeMap<>();
        for (JavaClass type : classes) {
            if (isExposedBehaviour(type) && !type.getPackageName().equals(LIBRARY)) {
                exposed.computeIfAbsent(type.getPackageName(), name -> new TreeSet<>())
                        .add(type.getSimpleName());
            }
        }
        assertThat(exposed)
                .allSatisfy((name, types) -> assertThat(types)
                        .as(
                                "public classes of %s, values, variants of sealed types, commands and exceptions apart",
                                name)
                        .hasSizeLessThanOrEqualTo(EXPOSED_TYPES));
    }

    @ArchTest
    static final ArchRule fieldsAreNeverOptional = noFields().should().haveRawType(assignableTo(Optional.class));

    /** The first component below {@code taproot.daemon}, empty for whatever lies elsewhere. */
    private static String siblingOf(JavaClass type) {
        Matcher matcher = IN_DAEMON.matcher(type.getPackageName());
        return matcher.matches() ? matcher.group(1) : "";
    }

    private static boolean isExposedBehaviour(JavaClass type) {
        return type.isTopLevelClass()
                && type.getModifiers().contains(JavaModifier.PUBLIC)
                && !type.isInterface()
                && !type.isRecord()
                && !type.isEnum()
                && !type.isAssignableTo(Throwable.class)
                && !type.isAnnotatedWith(Command.class) // Known to the registry of commands, and to nobody else.
                && type.getAllRawInterfaces().stream().noneMatch(ArchitectureTest::isSealed);
    }

    private static boolean isSealed(JavaClass type) {
        return type.getPackageName().startsWith("taproot") && type.reflect().isSealed();
    }

    /** Leaves out the tests of other modules that arrive as a jar. */
    static final class NoTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    /** The classes of {@code daemon/sinks/*}: the program finds them beside its jars, and tests of it do not see them. */
    static final class SinkModules implements LocationProvider {
        private static final Path SINKS = Path.of("../daemon/sinks");

        static List<Path> directories() {
            try (Stream<Path> modules = Files.list(SINKS)) {
                return modules.filter(module -> Files.exists(module.resolve("pom.xml")))
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public Set<Location> get(Class<?> testClass) {
            return directories().stream()
                    .map(module -> Location.of(module.resolve("target/classes")))
                    .collect(Collectors.toSet());
        }
    }
}
