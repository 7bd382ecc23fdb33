package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.routing.Arguments;
import io.quorate.raftqueue.routing.Destination;
import io.quorate.raftqueue.routing.ExchangeNode;

/** A binding; two that are equal are one. Sources and destinations are equal by identity. */
record Binding(
    ExchangeNode source, Destination destination, String routingKey, Arguments arguments) {}
