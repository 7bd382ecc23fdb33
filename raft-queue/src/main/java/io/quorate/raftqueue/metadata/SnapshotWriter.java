package io.quorate.raftqueue.metadata;

import io.quorate.log.v1.MetadataRecord;
import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.api.QueueDefinition;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes one snapshot; what has no order of its own is sorted. */
final class SnapshotWriter {

  private final OutputStream out;
  private long records;

  SnapshotWriter(OutputStream out) {
    this.out = out;
  }

  void write(MetadataSnapshot snapshot) throws IOException {
    write(
        MetadataRecord.newBuilder()
            .setHeader(
                MetadataRecord.Header.newBuilder()
                    .setVersion(MetadataCodec.VERSION)
                    .setAppliedIndex(snapshot.appliedIndex())
                    .setLastQueueId(snapshot.lastQueueId())));
    for (String vhost : snapshot.vhosts().stream().sorted().toList()) {
      write(MetadataRecord.newBuilder().setVhost(MetadataRecord.Vhost.newBuilder().setName(vhost)));
    }
    List<ExchangeDefinition> exchanges = new ArrayList<>(snapshot.exchanges());
    exchanges.sort(
        Comparator.comparing(ExchangeDefinition::vhost).thenComparing(ExchangeDefinition::name));
    for (ExchangeDefinition exchange : exchanges) {
      write(MetadataRecord.newBuilder().setExchange(RecordCodec.encode(exchange)));
    }
    for (QueueDefinition queue : snapshot.queues()) {
      write(MetadataRecord.newBuilder().setQueue(record(queue)));
    }
    for (MetadataSnapshot.BindingRecord binding : sorted(snapshot.bindings())) {
      write(MetadataRecord.newBuilder().setBinding(record(binding)));
    }
    for (Map.Entry<String, PasswordHash> user : new TreeMap<>(snapshot.users()).entrySet()) {
      write(
          MetadataRecord.newBuilder()
              .setUser(
                  MetadataRecord.User.newBuilder()
                      .setName(user.getKey())
                      .setPassword(RecordCodec.encode(user.getValue()))));
    }
    for (Map.Entry<Integer, Long> node : snapshot.incarnations().entrySet()) {
      write(
          MetadataRecord.newBuilder()
              .setNode(
                  MetadataRecord.Node.newBuilder()
                      .setNode(node.getKey())
                      .setIncarnation(node.getValue())));
    }
    write(MetadataRecord.newBuilder().setEnd(MetadataRecord.End.newBuilder().setRecords(records)));
  }

  private void write(MetadataRecord.Builder record) throws IOException {
    record.build().writeDelimitedTo(out);
    records++;
  }

  /** By virtual host only: within one, the table's own order is the same on every replica. */
  private static List<MetadataSnapshot.BindingRecord> sorted(
      List<MetadataSnapshot.BindingRecord> bindings) {
    List<MetadataSnapshot.BindingRecord> sorted = new ArrayList<>(bindings);
    sorted.sort(Comparator.comparing(MetadataSnapshot.BindingRecord::vhost));
    return sorted;
  }

  private static MetadataRecord.Queue record(QueueDefinition queue) {
    MetadataRecord.Queue.Builder record =
        MetadataRecord.Queue.newBuilder()
            .setId(queue.ref().id())
            .setShard(queue.ref().shard())
            .setVhost(queue.vhost())
            .setName(queue.name())
            .setDurable(queue.durable())
            .setExclusive(queue.exclusive())
            .setAutoDelete(queue.autoDelete())
            .setArguments(ValueCodec.encode(queue.arguments()));
    if (queue.owner() != null) {
      record.setOwner(queue.owner());
    }
    return record.build();
  }

  private static MetadataRecord.Binding record(MetadataSnapshot.BindingRecord binding) {
    MetadataRecord.Binding.Builder record =
        MetadataRecord.Binding.newBuilder()
            .setVhost(binding.vhost())
            .setSource(binding.source())
            .setRoutingKey(binding.routingKey())
            .setArguments(ValueCodec.encode(binding.arguments().table()));
    if (binding.toQueue()) {
      record.setQueue(binding.destination());
    } else {
      record.setExchange(binding.destination());
    }
    return record.build();
  }
}
