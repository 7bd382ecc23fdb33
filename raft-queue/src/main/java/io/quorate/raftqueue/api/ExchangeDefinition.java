package io.quorate.raftqueue.api;

import java.util.Map;

/**
 * @param type {@code direct}, {@code fanout}, {@code topic}, {@code headers}, {@code
 *     x-consistent-hash}, {@code x-modulus-hash} or {@code x-random}
 * @param internal cannot be published to by clients
 * @param arguments AMQP table values as Java objects (see {@link DefinitionCommand})
 */
public record ExchangeDefinition(
    String vhost,
    String name,
    String type,
    boolean durable,
    boolean autoDelete,
    boolean internal,
    Map<String, Object> arguments) {}
