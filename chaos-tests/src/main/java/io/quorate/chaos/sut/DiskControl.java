package io.quorate.chaos.sut;

/**
 * The disks of nodes: each is a file system of its own with room for {@link #capacityBytes}. All
 * methods may be called from any thread.
 */
public interface DiskControl {

  /** The size of each file system. */
  long capacityBytes();

  /**
   * Cuts the power of nodes, all at the same moment as nearly as possible: what was not forced to
   * disk is gone, and their processes are. The disks are mounted again on return, the nodes are not
   * running.
   */
  void cutPower(Integer... nodes);

  /** Makes every later write of a node fail with an I/O error. */
  void failWrites(int node);

  /**
   * Fills a node's disk.
   *
   * @param leftBytes what is left free, about
   */
  void fill(int node, long leftBytes);

  /** Fills a node's disk to the last byte, while the node writes. */
  void fillUp(int node);

  /**
   * Makes a node's disk work and gives it its room back. The node has to be started again if it was
   * told to fail its writes: it is killed if it still runs.
   */
  void repair(int node);
}
