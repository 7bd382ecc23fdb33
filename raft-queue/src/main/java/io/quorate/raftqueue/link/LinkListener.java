package io.quorate.raftqueue.link;

import io.quorate.link.v1.FromNode;
import io.quorate.link.v1.ToNode;

/**
 * What the owner of the links is told. Calls for one link come one at a time; they must not block.
 */
public interface LinkListener {

  /** Another node has opened a link to this one. */
  void inboundOpened(InboundLink link);

  void received(InboundLink link, ToNode message);

  void inboundClosed(InboundLink link);

  /** This node's link to another one is up. */
  void outboundOpened(PeerLink link);

  void received(PeerLink link, FromNode message);

  void outboundClosed(PeerLink link);

  /** Whether this node is short of memory or disk, which it tells the others. */
  boolean alarm();

  /** The other side of a link is (or is no longer) short of memory or disk. */
  void peerAlarm(int node, boolean alarm);
}
