package io.quorate.amqp;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which package may use what. */
@AnalyzeClasses(packages = "io.quorate", importOptions = ImportOption.DoNotIncludeTests.class)
class FrontendArchitectureTest {

  @ArchTest
  static final ArchRule THE_ENGINE_IS_PURE =
      noClasses()
          .that()
          .resideInAnyPackage("io.quorate.amqp.engine..", "io.quorate.amqp.protocol..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", "io.quorate.amqp.netty..", "java.net..", "java.io..")
          .because("the protocol must be testable and reusable without sockets");

  @ArchTest
  static final ArchRule ONLY_THE_STORES_API =
      noClasses()
          .that()
          .resideInAPackage("io.quorate.amqp..")
          .should()
          .dependOnClassesThat(
              com.tngtech.archunit.base.DescribedPredicate.describe(
                  "are in raft-queue but not in its api",
                  type ->
                      type.getPackageName().startsWith("io.quorate.")
                          && !type.getPackageName().startsWith("io.quorate.amqp")
                          && !type.getPackageName().equals("io.quorate.raftqueue.api")))
          .because("a frontend must not know how queues are replicated");

  @ArchTest
  static final ArchRule NO_RATIS =
      noClasses()
          .that()
          .resideInAPackage("io.quorate.amqp..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.ratis..", "io.grpc..")
          .because("only raft-queue knows Ratis and the links");
}
