package dev.lockstep.systemtests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.foreign.Linker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The module directions of docs/design.md. */
class ArchitectureTest {
    /** What stands to the left of each module; a module that is not there yet constrains nothing. */
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry("tensor", List.of()),
            Map.entry("formats", List.of("tensor")),
            Map.entry("text", List.of("tensor", "formats")),
            Map.entry("graph", List.of("tensor", "formats")),
            Map.entry("host", List.of("tensor", "formats", "graph")),
            Map.entry("lpu", List.of("tensor")),
            Map.entry("compiler", List.of("tensor", "formats", "graph", "lpu")),
            Map.entry("simulator", List.of("tensor", "lpu")),
            Map.entry("checker", List.of("tensor", "lpu")),
            Map.entry("validation", List.of("tensor", "lpu", "simulator", "checker")),
            Map.entry("engine", List.of("tensor", "formats", "text", "graph", "host")),
            Map.entry("demo", List.of()),
            Map.entry("server", List.of("tensor", "formats", "text", "graph", "host", "engine")),
            Map.entry("langchain4j", List.of("tensor", "formats", "text", "graph", "host", "engine")),
            Map.entry(
                    "cli",
                    List.of(
                            "tensor",
                            "formats",
                            "text",
                            "graph",
                            "host",
                            "lpu",
                            "compiler",
                            "simulator",
                            "checker",
                            "validation",
                            "engine",
                            "demo",
                            "server")));

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.lockstep");

    static Set<String> modules() {
        return MAY_USE.keySet();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void shouldSeeOnlyWhatStandsToItsLeft(String module) {
        List<String> forbidden = new ArrayList<>(MAY_USE.keySet());
        forbidden.removeAll(MAY_USE.getOrDefault(module, List.of()));
        forbidden.remove(module);
        if (!forbidden.isEmpty()) {
            noClasses()
                    .that()
                    .resideInAPackage(packagesOf(module))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            forbidden.stream().map(ArchitectureTest::packagesOf).toArray(String[]::new))
                    .allowEmptyShould(true)
                    .check(HOUSE);
        }
    }

    @Test
    void shouldCallNativeCodeFromTheHostModuleOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(packagesOf("host"))
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Linker.class)
                .check(HOUSE);
    }

    @Test
    void shouldWriteToStandardStreamsFromTheCommandOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(packagesOf("cli"))
                .and()
                // Its default tells users of the library about warnings on standard error, as it says.
                .doNotHaveFullyQualifiedName("dev.lockstep.engine.LockstepOptions")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .check(HOUSE);
    }

    private static String packagesOf(String module) {
        return "dev.lockstep." + module + "..";
    }
}
