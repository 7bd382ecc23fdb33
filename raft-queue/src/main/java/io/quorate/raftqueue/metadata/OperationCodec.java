package io.quorate.raftqueue.metadata;

import io.quorate.log.v1.MetadataOperation;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionCommand.BindExchange;
import io.quorate.raftqueue.api.DefinitionCommand.BindQueue;
import io.quorate.raftqueue.api.DefinitionCommand.ConnectionClosed;
import io.quorate.raftqueue.api.DefinitionCommand.CreateVhost;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareExchange;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareQueue;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteExchange;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteQueue;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteReplacedQueue;
import io.quorate.raftqueue.api.DefinitionCommand.NodeStarted;
import io.quorate.raftqueue.api.DefinitionCommand.UnbindExchange;
import io.quorate.raftqueue.api.DefinitionCommand.UnbindQueue;
import io.quorate.raftqueue.metadata.MetadataCommand.Define;
import io.quorate.raftqueue.metadata.MetadataCommand.PutCredentials;
import java.util.Map;

/** Commands to and from the log's format. */
final class OperationCodec {

  private OperationCodec() {}

  static MetadataOperation encode(MetadataCommand command) {
    MetadataOperation.Builder operation = MetadataOperation.newBuilder();
    if (command instanceof PutCredentials put) {
      operation.setPutUser(
          MetadataOperation.PutUser.newBuilder()
              .setUser(put.user())
              .setPassword(RecordCodec.encode(put.password())));
    } else if (command instanceof Define define) {
      encode(define.command(), operation);
    }
    return operation.build();
  }

  private static void encode(DefinitionCommand command, MetadataOperation.Builder operation) {
    if (command instanceof DeclareExchange c) {
      operation.setDeclareExchange(RecordCodec.encode(c.exchange()));
    } else if (command instanceof DeleteExchange c) {
      operation.setDeleteExchange(
          MetadataOperation.DeleteExchange.newBuilder()
              .setVhost(c.vhost())
              .setName(c.name())
              .setIfUnused(c.ifUnused()));
    } else if (command instanceof DeclareQueue c) {
      operation.setDeclareQueue(encode(c));
    } else if (command instanceof DeleteQueue c) {
      operation.setDeleteQueue(MetadataOperation.DeleteQueue.newBuilder().setQueueId(c.id()));
    } else if (command instanceof DeleteReplacedQueue c) {
      operation.setDeleteQueue(
          MetadataOperation.DeleteQueue.newBuilder().setQueueId(c.id()).setKeepExchanges(true));
    } else if (command instanceof BindQueue c) {
      operation.setBindQueue(
          binding(c.vhost(), c.exchange(), c.queue(), c.routingKey(), c.arguments()));
    } else if (command instanceof UnbindQueue c) {
      operation.setUnbindQueue(
          binding(c.vhost(), c.exchange(), c.queue(), c.routingKey(), c.arguments()));
    } else if (command instanceof BindExchange c) {
      operation.setBindExchange(
          binding(c.vhost(), c.source(), c.destination(), c.routingKey(), c.arguments()));
    } else if (command instanceof UnbindExchange c) {
      operation.setUnbindExchange(
          binding(c.vhost(), c.source(), c.destination(), c.routingKey(), c.arguments()));
    } else if (command instanceof CreateVhost c) {
      operation.setCreateVhost(MetadataOperation.CreateVhost.newBuilder().setVhost(c.vhost()));
    } else if (command instanceof NodeStarted c) {
      operation.setNodeStarted(
          MetadataOperation.NodeStarted.newBuilder()
              .setNode(c.node())
              .setIncarnation(c.incarnation()));
    } else if (command instanceof ConnectionClosed c) {
      operation.setConnectionClosed(
          MetadataOperation.ConnectionClosed.newBuilder().setOwner(c.owner()));
    } else {
      throw new IllegalArgumentException("cannot encode " + command);
    }
  }

  private static MetadataOperation.DeclareQueue encode(DeclareQueue command) {
    MetadataOperation.DeclareQueue.Builder encoded =
        MetadataOperation.DeclareQueue.newBuilder()
            .setVhost(command.vhost())
            .setName(command.name())
            .setDurable(command.durable())
            .setExclusive(command.exclusive())
            .setAutoDelete(command.autoDelete())
            .setShard(command.shard())
            .setArguments(ValueCodec.encode(command.arguments()));
    if (command.owner() != null) {
      encoded.setOwner(command.owner());
    }
    return encoded.build();
  }

  private static MetadataOperation.Binding binding(
      String vhost, String source, String destination, String key, Map<String, Object> arguments) {
    return MetadataOperation.Binding.newBuilder()
        .setVhost(vhost)
        .setSource(source)
        .setDestination(destination)
        .setRoutingKey(key)
        .setArguments(ValueCodec.encode(arguments))
        .build();
  }

  static MetadataCommand decode(MetadataOperation operation) {
    return switch (operation.getKindCase()) {
      case PUT_USER ->
          new PutCredentials(
              operation.getPutUser().getUser(),
              RecordCodec.decode(operation.getPutUser().getPassword()));
      case DECLARE_EXCHANGE ->
          new Define(new DeclareExchange(RecordCodec.decode(operation.getDeclareExchange())));
      case DELETE_EXCHANGE -> {
        MetadataOperation.DeleteExchange c = operation.getDeleteExchange();
        yield new Define(new DeleteExchange(c.getVhost(), c.getName(), c.getIfUnused()));
      }
      case DECLARE_QUEUE -> new Define(decode(operation.getDeclareQueue()));
      case DELETE_QUEUE -> {
        MetadataOperation.DeleteQueue c = operation.getDeleteQueue();
        yield new Define(
            c.getKeepExchanges()
                ? new DeleteReplacedQueue(c.getQueueId())
                : new DeleteQueue(c.getQueueId()));
      }
      case BIND_QUEUE -> decode(operation.getBindQueue(), BindQueue::new);
      case UNBIND_QUEUE -> decode(operation.getUnbindQueue(), UnbindQueue::new);
      case BIND_EXCHANGE -> decode(operation.getBindExchange(), BindExchange::new);
      case UNBIND_EXCHANGE -> decode(operation.getUnbindExchange(), UnbindExchange::new);
      case CREATE_VHOST -> new Define(new CreateVhost(operation.getCreateVhost().getVhost()));
      case NODE_STARTED -> {
        MetadataOperation.NodeStarted c = operation.getNodeStarted();
        yield new Define(new NodeStarted(c.getNode(), c.getIncarnation()));
      }
      case CONNECTION_CLOSED ->
          new Define(new ConnectionClosed(operation.getConnectionClosed().getOwner()));
      case KIND_NOT_SET ->
          throw new IllegalArgumentException("an operation that this version doesn't know");
    };
  }

  private static DeclareQueue decode(MetadataOperation.DeclareQueue encoded) {
    return new DeclareQueue(
        encoded.getVhost(),
        encoded.getName(),
        encoded.getDurable(),
        encoded.getExclusive(),
        encoded.getAutoDelete(),
        encoded.hasOwner() ? encoded.getOwner() : null,
        encoded.getShard(),
        ValueCodec.decode(encoded.getArguments()));
  }

  private interface BindingCommand {
    DefinitionCommand of(
        String vhost, String source, String destination, String key, Map<String, Object> arguments);
  }

  private static MetadataCommand decode(MetadataOperation.Binding encoded, BindingCommand command) {
    return new Define(
        command.of(
            encoded.getVhost(),
            encoded.getSource(),
            encoded.getDestination(),
            encoded.getRoutingKey(),
            ValueCodec.decode(encoded.getArguments())));
  }
}
