package io.quorate.chaos.sut;

import java.util.Map;
import java.util.Optional;

/** Something that clusters can be made of. */
public interface Provider {

  /** Its name on the command line. */
  String name();

  /** Why it cannot be used on this machine at all; empty if it can. */
  Optional<String> obstacle();

  /** The capabilities that its clusters lack on this machine, each with the reason. */
  Map<Capability, String> impossible();

  /**
   * Starts a cluster and returns when all its nodes are ready.
   *
   * @throws IllegalStateException if this machine does not allow it, with the {@link #obstacle}
   */
  ClusterUnderTest start(ClusterSpec spec);
}
