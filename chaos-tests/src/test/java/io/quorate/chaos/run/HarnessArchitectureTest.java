package io.quorate.chaos.run;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What the parts of the harness may know of each other. */
@AnalyzeClasses(packages = "io.quorate.chaos", importOptions = ImportOption.DoNotIncludeTests.class)
class HarnessArchitectureTest {

  private static final String ROOT = "io.quorate.chaos.";

  private static ArchRule mayNotKnow(String part, String because, String... others) {
    String[] packages = new String[others.length];
    for (int i = 0; i < others.length; i++) {
      packages[i] = ROOT + others[i] + "..";
    }
    return noClasses()
        .that()
        .resideInAPackage(ROOT + part + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(packages)
        .because(because);
  }

  @ArchTest
  static final ArchRule CLUSTERS =
      mayNotKnow(
          "sut",
          "a cluster does not know what is done with it",
          "fault",
          "history",
          "workload",
          "check",
          "report",
          "run");

  @ArchTest
  static final ArchRule FAULTS =
      mayNotKnow(
          "fault", "faults strike whatever the load is", "workload", "check", "report", "run");

  @ArchTest
  static final ArchRule WORKLOADS =
      mayNotKnow("workload", "clients know nothing of faults", "fault", "check", "report", "run");

  @ArchTest
  static final ArchRule CHECKERS =
      mayNotKnow(
          "check",
          "a history is judged without what made it",
          "sut",
          "fault",
          "workload",
          "report",
          "run");

  @ArchTest
  static final ArchRule NODES =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.quorate.raftqueue..", "io.quorate.amqp..", "io.quorate.node..")
          .because("the harness sees what a user sees")
          .allowEmptyShould(true);
}
