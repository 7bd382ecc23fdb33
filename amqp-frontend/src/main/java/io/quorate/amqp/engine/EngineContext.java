package io.quorate.amqp.engine;

import io.quorate.amqp.FrontendConfig;
import io.quorate.raftqueue.api.QueueStore;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * What the connections of a server share. Thread-safe.
 *
 * @param nanoClock a monotonic clock in nanoseconds
 * @param names makes names for queues, consumers and connections
 * @param passwordChecks runs password checks, which are slow on purpose, off the connections'
 *     threads
 * @param version the product's version, for clients to see
 */
public record EngineContext(
    FrontendConfig config,
    QueueStore store,
    FrontendMetrics metrics,
    LongSupplier nanoClock,
    EngineNames names,
    Executor passwordChecks,
    String version) {}
