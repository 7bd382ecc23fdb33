package io.quorate.raftqueue.queue;

import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Pages.Extent;
import org.jspecify.annotations.Nullable;

/**
 * A message that one publish put into several queues: kept once, with a count of the places that
 * hold it. In memory while one of these places is in a chunk that is; else in a page record of its
 * own.
 *
 * <p>Changed by the thread that owns the state. A snapshot reads it on another ({@link #where}).
 */
final class SharedBody {

  private final int size;
  private @Nullable StoredMessage message;
  private @Nullable Extent extent;
  private int holders;
  private int residents;

  SharedBody(StoredMessage message) {
    this.message = message;
    this.size = Totals.sizeOf(message);
  }

  /** A body that is paged. */
  SharedBody(Extent extent, int size) {
    this.extent = extent;
    this.size = size;
    extent.owner = this;
  }

  /** What it counts against memory while it is there, in bytes. */
  int size() {
    return size;
  }

  /** Null while it is not in memory. */
  @Nullable StoredMessage message() {
    return message;
  }

  @Nullable Extent extent() {
    return extent;
  }

  boolean held() {
    return holders > 0;
  }

  /** The message if it is nowhere else, else the {@link Extent} that has it. On any thread. */
  synchronized Object where() {
    Object place = extent == null ? message : extent;
    if (place == null) {
      throw new IllegalStateException("a body is neither in memory nor paged");
    }
    return place;
  }

  /** One more place holds it. */
  void hold(Totals totals) {
    if (holders++ == 0) {
      totals.sharedBodies++;
      if (message != null) {
        totals.loadedBytes += size;
      }
    }
  }

  /** One place less holds it. The content stays for snapshots that refer to it. */
  void letGo(Totals totals, Pages pages) {
    if (--holders == 0) {
      totals.sharedBodies--;
      if (message != null) {
        totals.loadedBytes -= size;
      }
      Extent page = extent;
      if (page != null) {
        page.owner = null;
        pages.release(page);
      }
    }
  }

  /** A place that holds it is in memory, or about to be. */
  void wanted() {
    residents++;
  }

  /** A place that wanted it has gone from memory. */
  void unwanted(Totals totals) {
    if (--residents == 0 && extent != null && message != null) {
      if (holders > 0) {
        totals.loadedBytes -= size;
      }
      setMessage(null);
    }
  }

  /** It has been read back; kept if it is still wanted. */
  void loaded(StoredMessage read, Totals totals) {
    if (message == null && holders > 0 && residents > 0) {
      setMessage(read);
      totals.loadedBytes += size;
    }
  }

  /** Another replica had it: if it is not in memory, its page is of no use. */
  void replaced(StoredMessage other, Totals totals, Pages pages) {
    if (message != null) {
      return;
    }
    Extent useless = extent;
    loaded(other, totals);
    setExtent(null);
    if (useless != null) {
      useless.owner = null;
      pages.release(useless);
    }
  }

  /** It has been written; nothing is done if it was before. */
  boolean written(Extent page) {
    if (extent != null || holders == 0) {
      return false;
    }
    moved(page);
    return true;
  }

  /** It is to be found elsewhere. */
  void moved(Extent page) {
    page.owner = this;
    setExtent(page);
  }

  private synchronized void setExtent(@Nullable Extent to) {
    extent = to;
  }

  private synchronized void setMessage(@Nullable StoredMessage to) {
    message = to;
  }
}
