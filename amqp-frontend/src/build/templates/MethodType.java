package io.quorate.amqp.protocol;

import java.util.Set;

/** Every method of the protocol: its ids, its name, and what the specification says of it. */
public enum MethodType {
@CONSTANTS@
  private final int classId;
  private final int methodId;
  private final String protocolName;
  private final boolean hasContent;
  private final boolean synchronous;
  private final boolean sentByClients;
  private final boolean sentByServers;
  private final Set<String> replies;

  MethodType(
      int classId, int methodId, String protocolName, boolean hasContent, boolean synchronous,
      boolean sentByClients, boolean sentByServers, String... replies) {
    this.classId = classId;
    this.methodId = methodId;
    this.protocolName = protocolName;
    this.hasContent = hasContent;
    this.synchronous = synchronous;
    this.sentByClients = sentByClients;
    this.sentByServers = sentByServers;
    this.replies = Set.of(replies);
  }

  /** The id of the class. */
  public int classId() {
    return classId;
  }

  /** The id of the method within its class. */
  public int methodId() {
    return methodId;
  }

  /** The name, as {@code queue.declare}. */
  public String protocolName() {
    return protocolName;
  }

  /** Whether a content header and a body follow. */
  public boolean hasContent() {
    return hasContent;
  }

  /** Whether the sender waits for one of {@link #replies}. */
  public boolean synchronous() {
    return synchronous;
  }

  /** Whether a client may send it. */
  public boolean sentByClients() {
    return sentByClients;
  }

  /** Whether a server may send it. */
  public boolean sentByServers() {
    return sentByServers;
  }

  /** The names of the methods that answer it, as {@code queue.declare-ok}. */
  public Set<String> replies() {
    return replies;
  }
}
