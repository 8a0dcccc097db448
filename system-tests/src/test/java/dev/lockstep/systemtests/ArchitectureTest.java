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
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The module directions of docs/design.md. */
class ArchitectureTest {
    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            Map.entry("tensor", List.of()),
            Map.entry("formats", List.of("tensor")),
            Map.entry("text", List.of("tensor", "formats")),
            Map.entry("graph", List.of("tensor", "formats")),
            Map.entry("host", List.of("tensor", "formats", "graph")),
            Map.entry("lpu", List.of("tensor")),
            Map.entry("engine", List.of("tensor", "formats", "text", "graph", "host")),
            Map.entry("cli", List.of("tensor", "formats", "text", "graph", "host", "lpu", "engine")));

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.lockstep");

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

    private static Set<String> modules() {
        return new TreeSet<>(MAY_USE.keySet());
    }

    private static String packagesOf(String module) {
        return "dev.lockstep." + module + "..";
    }
}
