package io.quorate.chaos.sut.network;

/**
 * Where a node is in the network.
 *
 * @param node its number
 * @param address its IPv4 address
 * @param namespace its network namespace
 */
public record NodeNetwork(int node, String address, Namespace namespace) {}
