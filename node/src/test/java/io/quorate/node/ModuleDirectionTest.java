package io.quorate.node;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which module may see which; the node is the only one that sees all. */
@AnalyzeClasses(packages = "io.quorate", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleDirectionTest {

  private static final String STORE = "io.quorate.raftqueue..";
  private static final String STORE_API = "io.quorate.raftqueue.api..";
  private static final String[] STORE_INSIDES = {STORE, "io.quorate.log..", "io.quorate.link.."};

  @ArchTest
  static final ArchRule frontendSeesOnlyTheApiOfTheStore =
      noClasses()
          .that()
          .resideInAPackage("io.quorate.amqp..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(STORE_INSIDES).and(resideOutsideOfPackages(STORE_API)))
          .because("the frontend must not know how queues are replicated");

  @ArchTest
  static final ArchRule adminSeesOnlyTheApiOfTheStore =
      noClasses()
          .that()
          .resideInAPackage("io.quorate.admin..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(STORE_INSIDES).and(resideOutsideOfPackages(STORE_API)))
          .because("administration works for whatever implements the store's API");

  @ArchTest
  static final ArchRule frontendDoesNotSeeAdminOrNode =
      noClasses()
          .that()
          .resideInAPackage("io.quorate.amqp..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.quorate.admin..", "io.quorate.node..")
          .because("the node puts them together");

  @ArchTest
  static final ArchRule adminDoesNotSeeFrontendOrNode =
      noClasses()
          .that()
          .resideInAPackage("io.quorate.admin..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.quorate.amqp..", "io.quorate.node..")
          .because("the node puts them together");

  @ArchTest
  static final ArchRule storeSeesNoneOfItsUsers =
      noClasses()
          .that()
          .resideInAPackage(STORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.quorate.amqp..", "io.quorate.admin..", "io.quorate.node..")
          .because("the store is the bottom of the module graph");

  @ArchTest
  static final ArchRule onlyTheMainPackageOfTheNodeSeesAllModules =
      noClasses()
          .that()
          .resideInAnyPackage("io.quorate.node.*..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(STORE, "io.quorate.amqp..", "io.quorate.admin..")
                  .and(resideOutsideOfPackages(STORE_API)))
          .because("wiring lives in one place");

  @ArchTest
  static final ArchRule settingsDependOnTheJdkAlone =
      classes()
          .that()
          .resideInAPackage("io.quorate.node.config..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("io.quorate.node.config..", "java..", "org.jspecify..")
          .because("settings are plain values");

  @ArchTest
  static final ArchRule httpKnowsNothingOfTheBroker =
      noClasses()
          .that()
          .resideInAPackage("io.quorate.node.http..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.quorate..")
                  .and(resideOutsideOfPackages("io.quorate.node.http..")))
          .because("the pages are given to it");
}
