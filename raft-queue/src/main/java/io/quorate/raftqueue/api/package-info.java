/**
 * What the rest of a node may see of the replicated store: publish, subscribe, settle, define.
 *
 * <p>Frontends and the admin API use this package and nothing else of this module (held by
 * ArchUnit). Nothing here depends on Ratis, gRPC or Netty.
 */
@NullMarked
package io.quorate.raftqueue.api;

import org.jspecify.annotations.NullMarked;
