package io.quorate.chaos.sut.node;

import io.quorate.chaos.sut.DiskControl;
import io.quorate.chaos.sut.Together;
import io.quorate.chaos.sut.disk.LoopDisk;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The disks of nodes, with the nodes that have to be killed for what is done to them. */
final class NodeDisks implements DiskControl {

  /** Room for the log of a run and some fillers. */
  static final long CAPACITY_BYTES = 1L << 30;

  private final Map<Integer, LoopDisk> disks = new TreeMap<>();
  private final NodeControl nodes;

  NodeDisks(List<NodeLayout> layouts, NodeControl nodes) {
    this.nodes = nodes;
    for (NodeLayout layout : layouts) {
      disks.put(layout.node(), new LoopDisk(layout.image(), layout.disk(), CAPACITY_BYTES));
    }
  }

  void create() {
    Together.each(disks.values(), LoopDisk::create);
  }

  @Override
  public long capacityBytes() {
    return CAPACITY_BYTES;
  }

  @Override
  public void cutPower(Integer... cut) {
    // Frozen first: nobody is told that the disk is gone, since with the power he would be too.
    nodes.signal("STOP", cut);
    Together.each(List.of(cut), node -> disk(node).cut());
    nodes.kill(cut);
    Together.each(List.of(cut), node -> disk(node).remount());
  }

  @Override
  public void failWrites(int node) {
    disk(node).cut();
  }

  @Override
  public void fill(int node, long leftBytes) {
    disk(node).fill(leftBytes);
  }

  @Override
  public void fillUp(int node) {
    disk(node).fillUp();
  }

  @Override
  public void repair(int node) {
    LoopDisk disk = disk(node);
    if (disk.isShutDown()) {
      nodes.kill(node);
      disk.remount();
    }
    disk.empty();
  }

  private LoopDisk disk(int node) {
    LoopDisk disk = disks.get(node);
    if (disk == null) {
      throw new IllegalArgumentException("there is no node " + node);
    }
    return disk;
  }
}
