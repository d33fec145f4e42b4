package io.rmm.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the arrows between modules, where module descriptors cannot say them. */
class ArchitectureTest {

  private static final String SIGNAL_NAMES = "io.rmm.allocator.signal..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.rmm");

  /** A module by its package, and the packages of RMM that it may use besides its own. */
  record Module(String itself, List<String> others) {

    private DescribedPredicate<JavaClass> forbidden() {
      return resideInAPackage("io.rmm..")
          .and(not(resideInAPackage(itself)))
          .and(not(resideInAnyPackage(others.toArray(String[]::new))));
    }

    @Override
    public String toString() {
      return itself;
    }
  }

  private static Module module(String itself, String... others) {
    return new Module(itself, List.of(others));
  }

  static List<Module> modules() {
    return List.of(
        module("io.rmm.allocator.."),
        module("io.rmm.jfr..", "io.rmm.allocator.."),
        module("io.rmm.jmx..", "io.rmm.allocator.."),
        module("io.rmm.exporter..", "io.rmm.allocator..", "io.rmm.jmx.."),
        module("io.rmm.junit..", "io.rmm.allocator.."),
        // Of it, its entry alone is to be seen from here.
        module(
            "io.rmm.agent..",
            "io.rmm.allocator..",
            "io.rmm.exporter..",
            "io.rmm.jfr..",
            "io.rmm.jmx.."),
        module("io.rmm.analysis..", SIGNAL_NAMES),
        // The names, too: what a dashboard shows must stand in the registry.
        module("io.rmm.dashboards..", "io.rmm.exporter..", "io.rmm.jmx..", SIGNAL_NAMES),
        module(
            "io.rmm.demo..",
            "io.rmm.allocator..",
            "io.rmm.jfr..",
            "io.rmm.jmx..",
            "io.rmm.exporter..",
            "io.rmm.analysis..",
            "io.rmm.dashboards.."),
        module("io.rmm.cli..", "io.rmm.."));
  }

  @ParameterizedTest
  @MethodSource("modules")
  void aModuleUsesOnlyWhatItsArrowsAllow(Module module) {
    noClasses()
        .that()
        .resideInAPackage(module.itself())
        .should()
        .dependOnClassesThat(module.forbidden())
        .check(CLASSES);
  }

  /** Guards the rules above: a module that is not on the class path would pass them all. */
  @ParameterizedTest
  @MethodSource("modules")
  void everyModuleIsSeen(Module module) {
    assertThat(CLASSES.that(resideInAPackage(module.itself()))).isNotEmpty();
  }

  @Test
  void everyClassBelongsToAModule() {
    String[] known = modules().stream().map(Module::itself).toArray(String[]::new);
    classes().should().resideInAnyPackage(known).check(CLASSES);
  }

  @Test
  void theKernelDependsOnNothingButTheJavaBase() {
    classes()
        .that()
        .resideInAPackage("io.rmm.allocator..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("io.rmm.allocator..", "java..", "org.jspecify.annotations..")
        .check(CLASSES);
  }

  @Test
  void theKernelNamesNoView() {
    noClasses()
        .that()
        .resideInAPackage("io.rmm.allocator..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "jdk.jfr..",
            "java.lang.management..",
            "javax.management..",
            "com.sun.management..",
            "io.opentelemetry..",
            "io.micrometer..")
        .check(CLASSES);
  }
}
