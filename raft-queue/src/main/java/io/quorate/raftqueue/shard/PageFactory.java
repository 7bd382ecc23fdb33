package io.quorate.raftqueue.shard;

import io.quorate.raftqueue.queue.Pages;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Makes an empty store of pages for each state that a replica goes through. */
public interface PageFactory {

  /**
   * @param source where the page files are of the snapshot that the state begins with; null if it
   *     begins without one
   * @param owner where answers go
   */
  Pages open(@Nullable Path source, Executor owner);

  /** Everything stays in memory. */
  PageFactory NONE = (source, owner) -> Pages.NONE;
}
