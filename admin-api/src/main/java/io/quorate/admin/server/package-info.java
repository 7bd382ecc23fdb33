/**
 * The gRPC admin services of a node. Depends on {@code io.quorate.raftqueue.api}, the generated
 * {@code io.quorate.admin.v1} and grpc-java; nothing depends on it but the node that starts it.
 */
@NullMarked
package io.quorate.admin.server;

import org.jspecify.annotations.NullMarked;
