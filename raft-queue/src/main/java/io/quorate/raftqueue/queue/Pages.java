package io.quorate.raftqueue.queue;

import io.quorate.log.v1.StoredMessage;
import java.util.List;

/**
 * Where bodies go that memory has no room for. Pages are swap, not storage: they need not outlive
 * the state that wrote them. Called by the thread that owns the state, unless said otherwise.
 */
public interface Pages extends AutoCloseable {

  /** A file of bodies, each in a slot. */
  interface PageFile {

    /**
     * What has been written to a slot.
     *
     * @throws PageException if the body cannot be read, or is not what was written
     */
    StoredMessage read(int slot);

    /** What {@link Body#sizeBytes} was when the body was written. */
    long sizeBytes(int slot);

    /** Nobody needs the slot any more. */
    void release(int slot);
  }

  /**
   * Keeps everything that is paged at this moment readable until closed; may be used, and closed,
   * on another thread.
   */
  interface Reader extends AutoCloseable {

    StoredMessage read(PageFile file, int slot);

    @Override
    void close();
  }

  /**
   * Writes bodies in this order and tells each where it is ({@link Body#movedTo}); bodies that are
   * paged already are moved.
   *
   * @return false if they cannot be written now: then nothing has changed
   */
  boolean write(List<Body> bodies);

  Reader pin();

  /**
   * A small piece of the work that is left to do: deletes files, moves what little is left in a
   * file. True if there is more.
   */
  boolean maintain();

  /** Files in use. */
  int files();

  /** Gives everything up; what is pinned stays readable until it is not. */
  @Override
  void close();

  /** Takes nothing. */
  Pages NONE =
      new Pages() {
        @Override
        public boolean write(List<Body> bodies) {
          return false;
        }

        @Override
        public Reader pin() {
          return new Reader() {
            @Override
            public StoredMessage read(PageFile file, int slot) {
              return file.read(slot);
            }

            @Override
            public void close() {}
          };
        }

        @Override
        public boolean maintain() {
          return false;
        }

        @Override
        public int files() {
          return 0;
        }

        @Override
        public void close() {}
      };
}
