package io.quorate.raftqueue.session;

import io.quorate.link.v1.DeliveryRecord;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.api.Delivery;
import io.quorate.raftqueue.api.Message;

/** Between the API's messages and the stored ones; bodies are shared, not copied. */
public final class WireMessages {

  private WireMessages() {}

  public static StoredMessage stored(Message message) {
    return StoredMessage.newBuilder()
        .setExchange(message.exchange())
        .setRoutingKey(message.routingKey())
        .setProperties(message.properties())
        .setBody(message.body())
        .build();
  }

  static Message message(StoredMessage stored) {
    return new Message(
        stored.getExchange(), stored.getRoutingKey(), stored.getProperties(), stored.getBody());
  }

  static Delivery delivery(DeliveryRecord record) {
    return new Delivery(
        record.getPosition(),
        record.getRedelivered(),
        record.getDeliveryCount(),
        message(record.getMessage()));
  }
}
