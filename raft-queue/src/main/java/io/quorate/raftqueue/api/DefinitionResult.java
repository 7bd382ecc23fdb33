package io.quorate.raftqueue.api;

/** The answer to a {@link DefinitionCommand} that was not refused. */
public sealed interface DefinitionResult {

  /** Done, or nothing was to do. */
  record Done() implements DefinitionResult {}

  /** The queue, and whether this command created it. */
  record Queue(QueueDefinition queue, boolean created) implements DefinitionResult {}
}
