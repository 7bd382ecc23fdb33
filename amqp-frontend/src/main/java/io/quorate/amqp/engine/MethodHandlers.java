package io.quorate.amqp.engine;

import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.ProtocolException;
import io.quorate.amqp.protocol.ReplyCode;
import io.quorate.amqp.protocol.method.AccessRequestOk;
import io.quorate.amqp.protocol.method.BasicAck;
import io.quorate.amqp.protocol.method.BasicCancel;
import io.quorate.amqp.protocol.method.BasicConsume;
import io.quorate.amqp.protocol.method.BasicGet;
import io.quorate.amqp.protocol.method.BasicNack;
import io.quorate.amqp.protocol.method.BasicQos;
import io.quorate.amqp.protocol.method.BasicRecover;
import io.quorate.amqp.protocol.method.BasicRecoverAsync;
import io.quorate.amqp.protocol.method.BasicReject;
import io.quorate.amqp.protocol.method.ChannelFlow;
import io.quorate.amqp.protocol.method.ChannelFlowOk;
import io.quorate.amqp.protocol.method.ConfirmSelect;
import io.quorate.amqp.protocol.method.ConfirmSelectOk;
import io.quorate.amqp.protocol.method.ExchangeBind;
import io.quorate.amqp.protocol.method.ExchangeDeclare;
import io.quorate.amqp.protocol.method.ExchangeDelete;
import io.quorate.amqp.protocol.method.ExchangeUnbind;
import io.quorate.amqp.protocol.method.QueueBind;
import io.quorate.amqp.protocol.method.QueueDeclare;
import io.quorate.amqp.protocol.method.QueueDelete;
import io.quorate.amqp.protocol.method.QueuePurge;
import io.quorate.amqp.protocol.method.QueueUnbind;

/** Hands the methods of a channel to the handlers of their classes; {@code basic.publish} apart. */
final class MethodHandlers {

  private final ChannelEngine channel;
  private final ExchangeHandler exchange;
  private final QueueHandler queue;
  private final BasicHandler basic;

  MethodHandlers(ChannelEngine channel) {
    this.channel = channel;
    Lookup lookup = new Lookup(channel);
    this.exchange = new ExchangeHandler(channel, lookup);
    this.queue = new QueueHandler(channel, lookup);
    this.basic = new BasicHandler(channel, lookup);
  }

  void handle(Method method) {
    switch (method.methodType()) {
      case BASIC_ACK -> basic.ack((BasicAck) method);
      case BASIC_NACK -> basic.nack((BasicNack) method);
      case BASIC_REJECT -> basic.reject((BasicReject) method);
      default -> {
        channel.flushSettlements();
        // what these acks make room for is under way before a cancel or a get can take it
        channel.consuming().grantCredit();
        handleInOrder(method);
      }
    }
  }

  /** Methods that must see the acks before them. */
  private void handleInOrder(Method method) {
    switch (method.methodType()) {
      case BASIC_QOS -> basic.qos((BasicQos) method);
      case BASIC_CONSUME -> basic.consume((BasicConsume) method);
      case BASIC_CANCEL -> basic.cancel((BasicCancel) method);
      case BASIC_GET -> basic.get((BasicGet) method);
      case BASIC_RECOVER -> basic.recover((BasicRecover) method);
      case BASIC_RECOVER_ASYNC -> basic.recoverAsync((BasicRecoverAsync) method);
      case QUEUE_DECLARE -> queue.declare(LineBreaks.dropped((QueueDeclare) method));
      case QUEUE_BIND -> queue.bind(LineBreaks.dropped((QueueBind) method));
      case QUEUE_UNBIND -> queue.unbind(LineBreaks.dropped((QueueUnbind) method));
      case QUEUE_PURGE -> queue.purge((QueuePurge) method);
      case QUEUE_DELETE -> queue.delete(LineBreaks.dropped((QueueDelete) method));
      case EXCHANGE_DECLARE -> exchange.declare(LineBreaks.dropped((ExchangeDeclare) method));
      case EXCHANGE_DELETE -> exchange.delete(LineBreaks.dropped((ExchangeDelete) method));
      case EXCHANGE_BIND -> exchange.bind(LineBreaks.dropped((ExchangeBind) method));
      case EXCHANGE_UNBIND -> exchange.unbind(LineBreaks.dropped((ExchangeUnbind) method));
      case CONFIRM_SELECT -> {
        channel.publishing().confirmSelect();
        channel.replyUnless(((ConfirmSelect) method).noWait(), new ConfirmSelectOk());
      }
      case CHANNEL_CLOSE -> channel.closeByClient();
      case CHANNEL_FLOW -> flow((ChannelFlow) method);
      case TX_SELECT -> channel.transaction().select();
      case TX_COMMIT -> channel.transaction().commit();
      case TX_ROLLBACK -> channel.transaction().rollback();
      // tickets are of AMQP 0-8: some old clients still ask, and any number will do
      case ACCESS_REQUEST -> channel.reply(new AccessRequestOk(1));
      case BASIC_CANCEL_OK, CHANNEL_FLOW_OK, CHANNEL_CLOSE_OK -> {
        // answers to what the server said or an earlier life of the channel: nothing to do
      }
      case CHANNEL_OPEN ->
          throw new IllegalStateException("channel.open is the connection's business");
      case BASIC_PUBLISH -> throw new IllegalStateException("basic.publish is assembled apart");
      case BASIC_CONSUME_OK,
          BASIC_RETURN,
          BASIC_DELIVER,
          BASIC_GET_OK,
          BASIC_GET_EMPTY,
          BASIC_QOS_OK,
          BASIC_RECOVER_OK,
          QUEUE_DECLARE_OK,
          QUEUE_BIND_OK,
          QUEUE_UNBIND_OK,
          QUEUE_PURGE_OK,
          QUEUE_DELETE_OK,
          EXCHANGE_DECLARE_OK,
          EXCHANGE_DELETE_OK,
          EXCHANGE_BIND_OK,
          EXCHANGE_UNBIND_OK,
          CONFIRM_SELECT_OK,
          TX_SELECT_OK,
          TX_COMMIT_OK,
          TX_ROLLBACK_OK,
          ACCESS_REQUEST_OK,
          CHANNEL_OPEN_OK ->
          throw ProtocolException.connection(
              ReplyCode.COMMAND_INVALID, method.name() + " is for servers to send");
      case CONNECTION_START,
          CONNECTION_START_OK,
          CONNECTION_SECURE,
          CONNECTION_SECURE_OK,
          CONNECTION_TUNE,
          CONNECTION_TUNE_OK,
          CONNECTION_OPEN,
          CONNECTION_OPEN_OK,
          CONNECTION_CLOSE,
          CONNECTION_CLOSE_OK,
          CONNECTION_BLOCKED,
          CONNECTION_UNBLOCKED,
          CONNECTION_UPDATE_SECRET,
          CONNECTION_UPDATE_SECRET_OK ->
          throw ProtocolException.connection(
              ReplyCode.COMMAND_INVALID,
              "%s on channel %d, it belongs on channel 0"
                  .formatted(method.name(), channel.number()));
      case BASIC_ACK, BASIC_NACK, BASIC_REJECT ->
          throw new IllegalStateException(method.name() + " is handled before");
    }
  }

  private void flow(ChannelFlow method) {
    if (!method.active()) {
      throw Errors.notImplemented("active=false");
    }
    channel.reply(new ChannelFlowOk(true));
  }
}
