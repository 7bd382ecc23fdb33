package io.quorate.raftqueue.metadata;

import io.quorate.raftqueue.api.DefinitionResult;
import io.quorate.raftqueue.api.RefusedException;

/** What came of a command; the same on every replica. */
public sealed interface Applied {

  Applied DONE = new Result(new DefinitionResult.Done());

  record Result(DefinitionResult result) implements Applied {}

  /** Nothing was changed. */
  record Refused(RefusedException.Reason reason, String text) implements Applied {
    public RefusedException toException() {
      return new RefusedException(reason, text);
    }
  }
}
