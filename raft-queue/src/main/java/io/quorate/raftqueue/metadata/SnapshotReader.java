package io.quorate.raftqueue.metadata;

import io.quorate.log.v1.MetadataRecord;
import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.routing.Arguments;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads one snapshot. */
final class SnapshotReader {

  private final InputStream in;
  private final List<String> vhosts = new ArrayList<>();
  private final List<ExchangeDefinition> exchanges = new ArrayList<>();
  private final List<QueueDefinition> queues = new ArrayList<>();
  private final List<MetadataSnapshot.BindingRecord> bindings = new ArrayList<>();
  private final Map<String, PasswordHash> users = new HashMap<>();
  private final Map<Integer, Long> incarnations = new TreeMap<>();

  SnapshotReader(InputStream in) {
    this.in = in;
  }

  MetadataSnapshot read() throws IOException {
    MetadataRecord first = next();
    if (!first.hasHeader()) {
      throw new IOException("a metadata snapshot must begin with its header");
    }
    MetadataRecord.Header header = first.getHeader();
    if (header.getVersion() != MetadataCodec.VERSION) {
      throw new IOException(
          "a metadata snapshot has version "
              + header.getVersion()
              + "; this release reads version "
              + MetadataCodec.VERSION);
    }
    long records = 1;
    MetadataRecord record = next();
    while (!record.hasEnd()) {
      try {
        take(record);
      } catch (IllegalArgumentException e) {
        throw new IOException("a metadata snapshot cannot be read: " + e.getMessage(), e);
      }
      records++;
      record = next();
    }
    if (record.getEnd().getRecords() != records) {
      throw new IOException(
          "a metadata snapshot should have "
              + record.getEnd().getRecords()
              + " records before its end but has "
              + records);
    }
    return new MetadataSnapshot(
        header.getAppliedIndex(),
        header.getLastQueueId(),
        vhosts,
        exchanges,
        queues,
        bindings,
        users,
        incarnations);
  }

  private MetadataRecord next() throws IOException {
    MetadataRecord record = MetadataRecord.parseDelimitedFrom(in);
    if (record == null) {
      throw new EOFException("a metadata snapshot ends before its end record");
    }
    return record;
  }

  private void take(MetadataRecord record) {
    switch (record.getKindCase()) {
      case VHOST -> vhosts.add(record.getVhost().getName());
      case EXCHANGE -> exchanges.add(RecordCodec.decode(record.getExchange()));
      case QUEUE -> queues.add(queue(record.getQueue()));
      case BINDING -> bindings.add(binding(record.getBinding()));
      case USER ->
          users.put(record.getUser().getName(), RecordCodec.decode(record.getUser().getPassword()));
      case NODE -> incarnations.put(record.getNode().getNode(), record.getNode().getIncarnation());
      case HEADER, END, KIND_NOT_SET ->
          throw new IllegalArgumentException("unexpected record " + record.getKindCase());
    }
  }

  private static QueueDefinition queue(MetadataRecord.Queue record) {
    return new QueueDefinition(
        new QueueRef(record.getId(), record.getShard()),
        record.getVhost(),
        record.getName(),
        record.getDurable(),
        record.getExclusive(),
        record.getAutoDelete(),
        record.hasOwner() ? record.getOwner() : null,
        ValueCodec.decode(record.getArguments()));
  }

  private static MetadataSnapshot.BindingRecord binding(MetadataRecord.Binding record) {
    return new MetadataSnapshot.BindingRecord(
        record.getVhost(),
        record.getSource(),
        record.hasQueue(),
        record.hasQueue() ? record.getQueue() : record.getExchange(),
        record.getRoutingKey(),
        Arguments.of(ValueCodec.decode(record.getArguments())));
  }
}
