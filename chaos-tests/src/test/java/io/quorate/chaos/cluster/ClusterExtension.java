package io.quorate.chaos.cluster;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives test classes the one cluster that they share as a parameter. Before each class all its
 * nodes are made ready; after each class the nodes' logs are looked through: an error or a stack
 * trace in them fails the class, since nothing that these tests do is more than an ordinary event.
 * The logs of a class that fails are kept in {@code target/e2e-logs}.
 */
public final class ClusterExtension
    implements BeforeAllCallback, AfterTestExecutionCallback, AfterAllCallback, ParameterResolver {

  /** Marks a test class that uses the shared cluster. */
  @Target(ElementType.TYPE)
  @Retention(RetentionPolicy.RUNTIME)
  @ExtendWith(ClusterExtension.class)
  public @interface OnSharedCluster {}

  private static @Nullable LocalCluster shared;

  private static synchronized LocalCluster shared() {
    LocalCluster cluster = shared;
    if (cluster == null) {
      cluster = LocalCluster.start(ClusterOptions.named("shared"));
      shared = cluster;
    }
    return cluster;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    LocalCluster cluster = shared();
    cluster.heal();
    cluster.logs().forget();
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      shared().keepLogs(context.getRequiredTestClass().getSimpleName());
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    assertClean(shared(), context.getRequiredTestClass().getSimpleName());
  }

  /**
   * Fails if a node logged an error or a stack trace since the last look.
   *
   * @throws AssertionError with the lines
   */
  public static void assertClean(LocalCluster cluster, String test) {
    List<String> offences = cluster.logs().offences();
    if (!offences.isEmpty()) {
      throw new AssertionError(
          offences.size()
              + " errors or stack trace lines in the nodes' logs, kept in "
              + cluster.keepLogs(test)
              + ":\n"
              + String.join("\n", offences.subList(0, Math.min(15, offences.size()))));
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == LocalCluster.class;
  }

  @Override
  public LocalCluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return shared();
  }
}
