package io.quorate.admin;

import io.grpc.Metadata;

/** The trailer by which a node signs its answers. */
public final class AnsweringNode {

  /**
   * Number of the node that answered, in decimal, on every answer of the admin services, good or
   * bad. An error without it came from the way there, not from a node.
   */
  public static final Metadata.Key<String> KEY =
      Metadata.Key.of("quorate-node", Metadata.ASCII_STRING_MARSHALLER);

  private AnsweringNode() {}
}
