package io.quorate.raftqueue.routing;

import io.quorate.raftqueue.api.QueueRef;
import java.util.List;

/**
 * Where the bindings of one place in an exchange lead; immutable, at least one list has something.
 *
 * @param queues each once
 * @param exchanges each once
 */
public record Routes(List<QueueRef> queues, List<ExchangeNode> exchanges) {}
