package io.quorate.raftqueue.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * @param owner for an exclusive queue the connection that owns it, else null
 * @param arguments AMQP table values as Java objects (see {@link DefinitionCommand})
 */
public record QueueDefinition(
    QueueRef ref,
    String vhost,
    String name,
    boolean durable,
    boolean exclusive,
    boolean autoDelete,
    @Nullable String owner,
    Map<String, Object> arguments) {}
