package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.api.DefinitionCommand;
import java.util.function.Supplier;

/**
 * A command as it is replicated. Passwords are hashed before: the log never holds one, and applying
 * is deterministic.
 */
public sealed interface MetadataCommand {

  /**
   * A command that is replicated as it is.
   *
   * @param command anything but {@link DefinitionCommand.PutUser}
   */
  record Define(DefinitionCommand command) implements MetadataCommand {
    public Define {
      if (command instanceof DefinitionCommand.PutUser) {
        throw new IllegalArgumentException("a password must be hashed before it is replicated");
      }
    }
  }

  /** Creates a user or replaces the password. */
  record PutCredentials(String user, PasswordHash password) implements MetadataCommand {}

  /**
   * What to propose for a command. Slow (milliseconds) for {@link DefinitionCommand.PutUser}.
   *
   * @param salt gives fresh random bytes, {@link PasswordHash#SALT_BYTES} of them
   */
  static MetadataCommand of(DefinitionCommand command, Supplier<byte[]> salt) {
    return command instanceof DefinitionCommand.PutUser put
        ? new PutCredentials(put.user(), PasswordHash.of(put.password(), salt.get()))
        : new Define(command);
  }
}
