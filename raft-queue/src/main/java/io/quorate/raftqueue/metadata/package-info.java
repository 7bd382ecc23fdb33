/**
 * The replicated definitions: virtual hosts, users, exchanges, bindings, queues. {@link
 * io.quorate.raftqueue.metadata.MetadataDefinitions} is the way in; {@code MetadataState} is what
 * the metadata group replicates, {@code MetadataCodec} its log format, {@code MetadataSnapshot} its
 * state at one moment.
 *
 * <p>Applying is a function of the state and the entry alone: no clock, no randomness, no I/O, no
 * threads. May depend on {@code api}, {@code routing}, the generated log formats and the JDK; not
 * on Ratis, gRPC or Netty.
 */
@NullMarked
package io.quorate.raftqueue.metadata;

import org.jspecify.annotations.NullMarked;
