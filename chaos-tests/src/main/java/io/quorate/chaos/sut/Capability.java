package io.quorate.chaos.sut;

/** What can be done to a cluster under test; a fault names those that it needs. */
public enum Capability {
  PROCESS("nodes can be killed, started, frozen"),
  NETWORK("packets between nodes can be dropped, links removed, bandwidth limited"),
  PROXY("bytes between nodes can be delayed, held back, connections reset"),
  DISK("each node has a file system of its own: power cuts, I/O errors, a full disk"),
  FILES("what a stopped node stored can be changed"),
  CLOCK("the wall clock of a node can be moved");

  private final String meaning;

  Capability(String meaning) {
    this.meaning = meaning;
  }

  /** Completes the sentence "with it ...". */
  public String meaning() {
    return meaning;
  }
}
