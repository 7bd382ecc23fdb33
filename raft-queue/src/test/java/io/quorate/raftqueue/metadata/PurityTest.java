package io.quorate.raftqueue.metadata;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = {"io.quorate.raftqueue.metadata", "io.quorate.raftqueue.routing"},
    importOptions = DoNotIncludeTests.class)
class PurityTest {

  @ArchTest
  static final ArchRule PLAIN_JAVA =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax.crypto..",
              "org.jspecify..",
              "com.google.protobuf..",
              "io.quorate.log.v1",
              "io.quorate.raftqueue.api",
              "io.quorate.raftqueue.metadata",
              "io.quorate.raftqueue.routing")
          .because("what is replicated must not depend on how: no Ratis, gRPC or Netty");

  @ArchTest
  static final ArchRule NO_CLOCK_NO_CHANCE_NO_THREADS =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveNameMatching(
              "java\\.(lang\\.Thread|time\\.Clock|security\\.SecureRandom|util\\.Random|util\\.UUID"
                  + "|util\\.concurrent\\.(.*Executor.*|ThreadLocalRandom))")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callConstructor(java.util.Date.class)
          .because("every replica must come to the same state from the same entries");
}
