package io.quorate.raftqueue.routing;

/**
 * Where a binding leads. There is one object for each queue and each exchange while it exists, and
 * identity is equality: a queue that is deleted and declared again is another destination.
 */
public sealed interface Destination permits QueueDestination, ExchangeNode {}
