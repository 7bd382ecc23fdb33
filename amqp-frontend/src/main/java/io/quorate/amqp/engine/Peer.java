package io.quorate.amqp.engine;

/**
 * Who is at the other end of a connection.
 *
 * @param address its address and port, for logs
 * @param loopback whether it is on this machine
 */
public record Peer(String address, boolean loopback) {}
