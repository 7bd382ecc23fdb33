package io.quorate.raftqueue.api;

/** Told once how an operation ended. */
@FunctionalInterface
public interface Completion {

  /** Runs on a thread of the store: must not block and must not throw. */
  void done(Outcome outcome);
}
