package io.quorate.amqp.engine;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What a node's AMQP frontend counts. Thread-safe. */
public final class FrontendMetrics {

  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger channels = new AtomicInteger();
  private final AtomicInteger consumers = new AtomicInteger();
  private final Counter published;
  private final Counter confirmed;
  private final Counter refused;
  private final Counter returned;
  private final Counter unroutable;
  private final Counter delivered;
  private final Counter acked;
  private final Counter requeued;
  private final Counter got;
  private final Counter blocked;
  private final Timer confirmLatency;

  public FrontendMetrics(MeterRegistry registry) {
    gauge(registry, "connections", "open sockets of clients", connections);
    gauge(registry, "channels", "open channels", channels);
    gauge(registry, "consumers", "consumers of clients of this node", consumers);
    published = counter(registry, "published", "messages received from publishers");
    confirmed = counter(registry, "confirmed", "messages confirmed to publishers (basic.ack)");
    refused = counter(registry, "refused", "messages refused to publishers (basic.nack)");
    returned = counter(registry, "returned", "mandatory messages returned as unroutable");
    unroutable = counter(registry, "unroutable", "messages that no queue was bound for");
    delivered = counter(registry, "delivered", "messages delivered to consumers");
    acked = counter(registry, "acked", "deliveries acked or rejected for good by clients");
    requeued = counter(registry, "requeued", "deliveries given back to their queues");
    got = counter(registry, "got", "messages fetched with basic.get");
    blocked =
        Counter.builder("quorate.amqp.publishers.held.back")
            .description("times a publishing connection was not read because the store was full")
            .register(registry);
    confirmLatency =
        Timer.builder("quorate.amqp.publish.latency")
            .description("from a message's last frame to the store's answer")
            .serviceLevelObjectives(
                Duration.ofNanos(500_000),
                Duration.ofMillis(1),
                Duration.ofMillis(2),
                Duration.ofMillis(5),
                Duration.ofMillis(10),
                Duration.ofMillis(20),
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5))
            .register(registry);
  }

  private static void gauge(
      MeterRegistry registry, String name, String description, AtomicInteger value) {
    Gauge.builder("quorate.amqp." + name, value, AtomicInteger::get)
        .description(description)
        .register(registry);
  }

  private static Counter counter(MeterRegistry registry, String name, String description) {
    return Counter.builder("quorate.amqp.messages." + name)
        .description(description)
        .register(registry);
  }

  /** Connections that are accepted now. */
  public int connections() {
    return connections.get();
  }

  public void connectionOpened() {
    connections.incrementAndGet();
  }

  public void connectionClosed() {
    connections.decrementAndGet();
  }

  void channelOpened() {
    channels.incrementAndGet();
  }

  void channelClosed() {
    channels.decrementAndGet();
  }

  void consumerStarted() {
    consumers.incrementAndGet();
  }

  void consumerEnded() {
    consumers.decrementAndGet();
  }

  void published() {
    published.increment();
  }

  void confirmed(long count) {
    confirmed.increment(count);
  }

  void refused(long count) {
    refused.increment(count);
  }

  void returned() {
    returned.increment();
  }

  void unroutable() {
    unroutable.increment();
  }

  void delivered(int count) {
    delivered.increment(count);
  }

  void acked(int count) {
    acked.increment(count);
  }

  void requeued(int count) {
    requeued.increment(count);
  }

  void got() {
    got.increment();
  }

  void blocked() {
    blocked.increment();
  }

  void publishAnswered(long nanos) {
    confirmLatency.record(nanos, TimeUnit.NANOSECONDS);
  }
}
