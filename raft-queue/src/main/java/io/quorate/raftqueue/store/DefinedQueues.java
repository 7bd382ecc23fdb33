package io.quorate.raftqueue.store;

import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.QueueDefinition;
import io.quorate.raftqueue.metadata.MetadataDefinitions;
import io.quorate.raftqueue.shard.QueueCatalog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queues that are defined, as shards see them: in this node's copy. Thread-safe. */
final class DefinedQueues implements QueueCatalog {

  private static final Logger LOG = LoggerFactory.getLogger(DefinedQueues.class);

  private final MetadataDefinitions definitions;
  private final DefinitionService service;

  DefinedQueues(MetadataDefinitions definitions, DefinitionService service) {
    this.definitions = definitions;
    this.service = service;
  }

  @Override
  public boolean exists(long queueId) {
    return definitions.queue(queueId) != null;
  }

  @Override
  public long lastQueueId() {
    return definitions.lastQueueId();
  }

  @Override
  public boolean autoDelete(long queueId) {
    QueueDefinition queue = definitions.queue(queueId);
    return queue != null && queue.autoDelete();
  }

  @Override
  public void delete(long queueId) {
    service
        .define(new DefinitionCommand.DeleteQueue(queueId))
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                LOG.warn("auto-delete queue {} was not deleted: {}", queueId, failure.toString());
              }
            });
  }
}
