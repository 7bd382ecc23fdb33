package io.quorate.admin;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.quorate", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule storeThroughItsApi =
      noClasses()
          .that()
          .resideInAPackage("io.quorate.admin..")
          .should()
          .dependOnClassesThat(
              com.tngtech.archunit.base.DescribedPredicate.describe(
                  "are inside raft-queue, beyond its api",
                  type ->
                      type.getPackageName().startsWith("io.quorate.raftqueue")
                          && !type.getPackageName().equals("io.quorate.raftqueue.api")))
          .because("how the store replicates must be free to change under the admin API");

  @ArchTest
  static final ArchRule cliIsAnOrdinaryClient =
      noClasses()
          .that()
          .resideInAPackage("io.quorate.admin.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.quorate.admin.server..", "io.quorate.raftqueue..")
          .because("what the command line can do, any client of the published API must be able to");

  @ArchTest
  static final ArchRule serverKnowsNoCli =
      noClasses()
          .that()
          .resideInAPackage("io.quorate.admin.server..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.quorate.admin.cli..", "picocli..")
          .because("the services run in a node, the command line in a process of its own");
}
