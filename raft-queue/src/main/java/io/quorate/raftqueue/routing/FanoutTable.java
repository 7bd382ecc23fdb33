package io.quorate.raftqueue.routing;

import java.util.List;

/** Bindings of a fanout exchange: every message matches every binding. */
final class FanoutTable implements BindingIndex {

  private final DestinationSet all = new DestinationSet();

  @Override
  public void add(String routingKey, Arguments arguments, Destination destination) {
    all.add(destination);
  }

  @Override
  public void remove(String routingKey, Arguments arguments, Destination destination) {
    all.remove(destination);
  }

  @Override
  public void match(String routingKey, MessageView message, List<Routes> found) {
    if (!all.isEmpty()) {
      found.add(all.routes());
    }
  }
}
