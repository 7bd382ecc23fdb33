package io.quorate.raftqueue.queue;

import io.quorate.log.v1.PageRecord;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where messages go that memory has no room for: files of records that never change. What is asked
 * of it is done elsewhere; the answers come later, one after the other, on the thread that owns the
 * state. Called by that thread, unless said otherwise.
 */
public interface Pages extends AutoCloseable {

  /** The format of the records that this code writes; it reads all up to this. */
  int FORMAT_VERSION = 1;

  /**
   * A file could not be forced to disk. What was written to it may be lost, and a second attempt
   * would not say so: the replica must begin again with its last snapshot.
   */
  final class NotForcedException extends IOException {
    private static final long serialVersionUID = 1L;

    public NotForcedException(String message, IOException cause) {
      super(message, cause);
    }
  }

  /** A file of records. */
  interface PageFile {

    /** As it is called in snapshots. */
    String name();
  }

  /** Where a record is. */
  final class Extent {
    private final PageFile file;
    private final long offset;
    private final int length;

    /** The chunk or the body that the record is of; null when it has been given up. */
    @Nullable Object owner;

    /**
     * @param length of the record with all that belongs to it, in bytes
     */
    public Extent(PageFile file, long offset, int length) {
      this.file = file;
      this.offset = offset;
      this.length = length;
    }

    public PageFile file() {
      return file;
    }

    public long offset() {
      return offset;
    }

    public int length() {
      return length;
    }

    /** Whether something still has it. */
    public boolean inUse() {
      return owner != null;
    }

    @Override
    public String toString() {
      return file + " at " + offset;
    }
  }

  /**
   * What came of reading a record.
   *
   * @param record null if it cannot be read or is not what was written
   * @param failure says why
   */
  record PageRead(@Nullable PageRecord record, String failure) {}

  /**
   * Keeps all files that are in use at this moment, or come into use, until it is closed; for a
   * snapshot. Any thread.
   */
  interface Pin extends AutoCloseable {

    /**
     * Makes a file a part of a snapshot: what has been written to it is forced to disk, then the
     * file is to be found in the directory under its name.
     *
     * @param directory of the snapshot's files, made when it is missing
     * @throws NotForcedException if it cannot be forced
     */
    void attach(PageFile file, String directory) throws IOException;

    @Override
    void close();
  }

  /**
   * Writes records behind one another.
   *
   * @param done told where they are, in this order; null if they cannot be written now, or these
   *     pages have been closed
   */
  void write(List<PageRecord> records, Consumer<@Nullable List<Extent>> done);

  /** As {@link #write}, at once; while the state is being restored. Any one thread. */
  @Nullable List<Extent> writeNow(List<PageRecord> records);

  /** Reads records; each is checked. */
  void read(List<Extent> extents, Consumer<List<PageRead>> done);

  /**
   * Writes records that are there already once more, behind the last.
   *
   * @param done told where they are now; null for one that cannot be moved
   */
  void copy(List<Extent> extents, Consumer<List<@Nullable Extent>> done);

  /** Nobody needs the record any more. */
  void release(Extent extent);

  /** What is left in a file that is mostly given up, some of it: worth to be copied elsewhere. */
  List<Extent> leftovers();

  /**
   * A file of the snapshot that the state is being restored from. If it is missing, its records
   * cannot be read.
   */
  PageFile adopt(String name) throws IOException;

  /** A record in a file that was {@link #adopt}ed is in use. */
  Extent extent(PageFile file, long offset, int length);

  Pin pin();

  /** Bytes in records that are in use. */
  long liveBytes();

  /** Bytes of files that are not in use, but kept for snapshots; those before the last two. */
  long heldBytes();

  /** Files in use; any thread. */
  int files();

  /** Gives everything up; what is pinned stays until it is not. */
  @Override
  void close();

  /** Takes nothing. */
  Pages NONE =
      new Pages() {
        @Override
        public void write(List<PageRecord> records, Consumer<@Nullable List<Extent>> done) {
          done.accept(null);
        }

        @Override
        public @Nullable List<Extent> writeNow(List<PageRecord> records) {
          return null;
        }

        @Override
        public void read(List<Extent> extents, Consumer<List<PageRead>> done) {
          throw new IllegalStateException("there are no pages");
        }

        @Override
        public void copy(List<Extent> extents, Consumer<List<@Nullable Extent>> done) {
          throw new IllegalStateException("there are no pages");
        }

        @Override
        public void release(Extent extent) {}

        @Override
        public List<Extent> leftovers() {
          return List.of();
        }

        @Override
        public PageFile adopt(String name) throws IOException {
          throw new IOException("the snapshot is in page files, but there are no pages");
        }

        @Override
        public Extent extent(PageFile file, long offset, int length) {
          throw new IllegalStateException("there are no pages");
        }

        @Override
        public Pin pin() {
          return new Pin() {
            @Override
            public void attach(PageFile file, String directory) {
              throw new IllegalStateException("there are no pages");
            }

            @Override
            public void close() {}
          };
        }

        @Override
        public long liveBytes() {
          return 0;
        }

        @Override
        public long heldBytes() {
          return 0;
        }

        @Override
        public int files() {
          return 0;
        }

        @Override
        public void close() {}
      };
}
