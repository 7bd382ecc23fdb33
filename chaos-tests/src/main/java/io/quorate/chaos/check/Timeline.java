package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happened to a message in one queue.
 *
 * @param queue empty if it was published through bindings and came to none
 * @param operations in the order of their starts
 */
public record Timeline(Message message, String queue, List<Operation> operations) {

  /** Its publish; null if it was published to another queue. */
  public @Nullable Operation publish() {
    for (Operation operation : operations) {
      if (operation.kind() == Kind.PUBLISH) {
        return operation;
      }
    }
    return null;
  }

  /** Whether it was confirmed. */
  public boolean confirmed() {
    Operation publish = publish();
    return publish != null && publish.ok();
  }

  /** In the order in which clients saw them. */
  public List<Operation> deliveries() {
    List<Operation> deliveries = new ArrayList<>(2);
    for (Operation operation : operations) {
      if (operation.isDelivery()) {
        deliveries.add(operation);
      }
    }
    if (deliveries.size() > 1) {
      deliveries.sort(Comparator.comparingLong(Operation::end)); // a get begins before it brings it
    }
    return deliveries;
  }

  /** Acks, returns and rejects, without those of which it is certain that they did not happen. */
  public List<Operation> settlements() {
    List<Operation> settlements = new ArrayList<>(2);
    for (Operation operation : operations) {
      if (isSettlement(operation) && operation.outcome() != Outcome.FAIL) {
        settlements.add(operation);
      }
    }
    return settlements;
  }

  static boolean isSettlement(Operation operation) {
    return switch (operation.kind()) {
      case ACK, REQUEUE, DISCARD -> true;
      default -> false;
    };
  }

  /** Whether a settlement is of a delivery. */
  static boolean settles(Operation settlement, Operation delivery) {
    return settlement.channel() == delivery.channel() && settlement.tag() == delivery.tag();
  }
}
