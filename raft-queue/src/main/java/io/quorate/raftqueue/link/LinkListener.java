package io.quorate.raftqueue.link;

import io.quorate.link.v1.FromNode;
import io.quorate.link.v1.Ping;
import io.quorate.link.v1.ToNode;

/**
 * What the owner of the links is told. Calls for one link come one at a time; they must not block.
 */
public interface LinkListener {

  /** Another node has opened a link to this one. */
  void inboundOpened(InboundLink link);

  void received(InboundLink link, ToNode message);

  /** A link that was full takes deliveries again; called on a network thread. */
  void inboundHasRoom(InboundLink link);

  void inboundClosed(InboundLink link);

  /** This node's link to another one is up. */
  void outboundOpened(PeerLink link);

  void received(PeerLink link, FromNode message);

  void outboundClosed(PeerLink link);

  /** What this node is short of, which it tells the others. */
  Ping alarms();

  /** What the other side of a link is short of, or no longer. */
  void peerAlarms(int node, Ping ping);
}
