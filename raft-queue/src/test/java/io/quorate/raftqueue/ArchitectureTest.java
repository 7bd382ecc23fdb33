package io.quorate.raftqueue;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

@AnalyzeClasses(
    packages = "io.quorate.raftqueue",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String[] PURE = {
    "io.quorate.raftqueue.queue..",
    "io.quorate.raftqueue.metadata..",
    "io.quorate.raftqueue.routing.."
  };

  private static final String[] LIBRARIES = {
    "org.apache.ratis..", "io.netty..", "io.grpc..", "io.micrometer.."
  };

  private static final Set<String> CLOCKS =
      Set.of("nanoTime", "currentTimeMillis", "now", "systemUTC", "systemDefaultZone", "sleep");

  private static final Set<String> STREAMS =
      Set.of(
          "java.io.InputStream",
          "java.io.OutputStream",
          "java.io.ByteArrayInputStream",
          "java.io.ByteArrayOutputStream",
          "java.io.DataInputStream",
          "java.io.DataOutputStream",
          "java.io.IOException",
          "java.io.UncheckedIOException",
          "java.io.EOFException",
          "java.io.Serializable");

  @ArchTest
  static final ArchRule replicatedLogicIsPlainJava =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(LIBRARIES)
          .because(
              "replicated logic must be testable, and readable, without the machinery around it");

  @ArchTest
  static final ArchRule replicatedLogicHasNoClock =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .callMethodWhere(
              describe(
                  "reads a clock",
                  (JavaCall<?> call) ->
                      CLOCKS.contains(call.getTarget().getName())
                          && call.getTargetOwner()
                              .getPackageName()
                              .matches("java\\.(lang|time)(\\..*)?")))
          .because("replicas that apply the same entries must reach the same state, whenever");

  @ArchTest
  static final ArchRule replicatedLogicHasNoChance =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat(
              describe(
                  "are sources of randomness",
                  type ->
                      type.getName().matches("java\\.util\\..*Random.*")
                          || type.getName().startsWith("java.security.SecureRandom")
                          || type.getName().equals("java.util.UUID")))
          .because("replicas that apply the same entries must reach the same state");

  @ArchTest
  static final ArchRule replicatedLogicHasNoThreads =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat(
              describe(
                  "start or wait for threads",
                  type ->
                      type.isAssignableTo(Thread.class)
                          || type.isAssignableTo(java.util.concurrent.Executor.class)
                          || type.isAssignableTo(java.util.concurrent.Future.class)))
          .because("the owner of a state decides which thread touches it");

  @ArchTest
  static final ArchRule replicatedLogicDoesNoIo =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat(
              describe(
                  "do I/O beyond the streams they are given",
                  type ->
                      type.getPackageName()
                              .matches("java\\.(nio\\.file|nio\\.channels|net)(\\..*)?")
                          || (type.getPackageName().equals("java.io")
                              && !STREAMS.contains(type.getName()))))
          .because("where bytes come from and go to is the shell's business");

  @ArchTest
  static final ArchRule pagesKnowOnlyTheQueues =
      noClasses()
          .that()
          .resideInAPackage("io.quorate.raftqueue.page..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.quorate.raftqueue..")
                  .and(
                      not(
                          resideInAnyPackage(
                              "io.quorate.raftqueue.page..", "io.quorate.raftqueue.queue.."))))
          .because("the page store is one implementation of what the queues need");

  @ArchTest
  static final ArchRule onlyTheStoreChoosesThePages =
      noClasses()
          .that(outside("io.quorate.raftqueue.page..", "io.quorate.raftqueue.store.."))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.quorate.raftqueue.page..")
          .because("shards run on pages of any kind, in the simulation on some in memory");

  @ArchTest
  static final ArchRule shardsKnowNoTransport =
      noClasses()
          .that()
          .resideInAnyPackage("io.quorate.raftqueue.shard..", "io.quorate.raftqueue.session..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.ratis..", "io.netty..", "io.grpc..")
          .because("the simulation runs them on a model of Raft and of the links");

  @ArchTest
  static final ArchRule apiStandsAlone =
      noClasses()
          .that()
          .resideInAPackage("io.quorate.raftqueue.api..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("io.quorate..")
                  .and(not(resideInAnyPackage("io.quorate.raftqueue.api.."))))
          .because("frontends must not see how the store replicates");

  @ArchTest
  static final ArchRule onlyTheShellKnowsRatisAndGrpc =
      noClasses()
          .that(outside("io.quorate.raftqueue.raft.ratis..", "io.quorate.raftqueue.link.."))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.ratis..", "io.grpc..", "io.netty..")
          .because("Raft's library and the transport must be replaceable in one place");

  @ArchTest
  static final ArchRule nothingBelowKnowsTheStore =
      noClasses()
          .that(outside("io.quorate.raftqueue.store.."))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.quorate.raftqueue.store..")
          .because("the store puts the parts together; the parts must not lean on it");

  private static DescribedPredicate<JavaClass> outside(String... packages) {
    return not(resideInAnyPackage(packages))
        .as("reside outside of %s", String.join(", ", packages));
  }
}
