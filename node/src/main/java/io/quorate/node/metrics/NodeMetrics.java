package io.quorate.node.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.quorate.node.http.Page;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** The registry of a node and the page /metrics. Thread-safe. */
public final class NodeMetrics implements AutoCloseable {

  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final List<Runnable> beforeScrape = new CopyOnWriteArrayList<>();

  /**
   * A registry with the meters of the JVM and of the process.
   *
   * @param version the version of this build
   * @param ready whether the node serves clients
   */
  public NodeMetrics(String version, int nodeId, BooleanSupplier ready) {
    new JvmMemoryMetrics().bindTo(registry);
    gc.bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    Gauge.builder("quorate.build", () -> 1)
        .description("Always 1; the labels say what is running")
        .tag("version", version)
        .tag("java", Runtime.version().toString())
        .tag("node", Integer.toString(nodeId))
        .register(registry);
    Gauge.builder("quorate.ready", () -> ready.getAsBoolean() ? 1 : 0)
        .description("1 while the node serves clients, else 0")
        .register(registry);
  }

  public MeterRegistry registry() {
    return registry;
  }

  /** Runs {@code task} before each scrape; it must not block. */
  public void beforeScrape(Runnable task) {
    beforeScrape.add(task);
  }

  /** All figures in the Prometheus text format. */
  public Page page() {
    // Rows that come and go are replaced under the same lock: halfway there are two of a kind,
    // which
    // the format does not allow.
    synchronized (registry) {
      beforeScrape.forEach(Runnable::run);
      return new Page(200, CONTENT_TYPE, registry.scrape());
    }
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
