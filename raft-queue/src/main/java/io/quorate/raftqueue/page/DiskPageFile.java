package io.quorate.raftqueue.page;

import io.quorate.raftqueue.queue.Pages;
import io.quorate.raftqueue.queue.Pages.Extent;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file of records; what has been written never changes. Which of them are in use is known to the
 * thread that owns the state; the file itself is for the thread that reads and writes, but for
 * {@link #attach}.
 */
final class DiskPageFile implements Pages.PageFile {

  /** So that the copy that the JDK makes outside of the heap, and keeps, stays small. */
  private static final int SLICE = 256 << 10;

  /** Makes what has been written durable. */
  interface Force {
    Force REAL = channel -> channel.force(true);

    void force(FileChannel channel) throws IOException;
  }

  private final Path path;
  private final Force force;

  // ---- the owner's

  /** Records in the order in which they came into use; those given up stay until there are many. */
  private List<Extent> extents = new ArrayList<>();

  private long liveBytes;
  private int live;

  /** Nothing will be written to it any more, as far as the owner has been told. */
  boolean sealed;

  boolean condemned;

  /** Snapshots go on naming it. */
  private boolean missing;

  // ---- the files' thread's

  private final Object opening = new Object();
  private volatile @Nullable FileChannel channel;
  private volatile long end;

  /** Up to where everything is on disk; guarded by this. */
  private long forced;

  private DiskPageFile(Path path, Force force) {
    this.path = path;
    this.force = force;
  }

  static DiskPageFile create(Path path, Force force) throws IOException {
    DiskPageFile file = new DiskPageFile(path, force);
    file.channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
    return file;
  }

  /** A file of a snapshot, which is on disk as it is. */
  static DiskPageFile adopted(Path path, long length) {
    DiskPageFile file = new DiskPageFile(path, Force.REAL);
    file.end = length;
    file.forced = length;
    file.sealed = true;
    return file;
  }

  /** A file of a snapshot that is not there: what was in it waits for its repair. */
  static DiskPageFile missing(Path path) {
    DiskPageFile file = adopted(path, 0);
    file.missing = true;
    return file;
  }

  @Override
  public String name() {
    return String.valueOf(path.getFileName());
  }

  long end() {
    return end;
  }

  // ---- on the owner's thread

  void use(Extent extent) {
    extents.add(extent);
    live++;
    liveBytes += extent.length();
  }

  void release(Extent extent) {
    live--;
    liveBytes -= extent.length();
    if (extents.size() > 64 && live < extents.size() / 4) {
      List<Extent> left = new ArrayList<>(live + 16);
      extents.stream().filter(Extent::inUse).forEach(left::add);
      extents = left;
    }
  }

  boolean dead() {
    return live == 0;
  }

  boolean mostlyDead() {
    return sealed && live > 0 && liveBytes < end / 4;
  }

  List<Extent> left() {
    return extents.stream().filter(Extent::inUse).toList();
  }

  // ---- on the files' thread

  /** Writes behind the last record; if that fails, the next write takes the same place. */
  long write(byte[] records, int length) throws IOException {
    long start = end;
    FileChannel out = open();
    int done = 0;
    while (done < length) {
      ByteBuffer slice = ByteBuffer.wrap(records, done, Math.min(SLICE, length - done));
      done += out.write(slice, start + done);
    }
    end = start + length;
    return start;
  }

  byte[] read(Extent extent) throws IOException {
    FileChannel in = open();
    ByteBuffer buffer = ByteBuffer.allocate(extent.length());
    while (buffer.position() < extent.length()) {
      buffer.limit(Math.min(extent.length(), buffer.position() + SLICE));
      if (in.read(buffer, extent.offset() + buffer.position()) < 0) {
        throw new EOFException("the file ends before");
      }
    }
    return buffer.array();
  }

  private FileChannel open() throws IOException {
    FileChannel current = channel;
    if (current != null) {
      return current;
    }
    synchronized (opening) {
      current = channel;
      if (current == null) {
        current = FileChannel.open(path, StandardOpenOption.READ);
        channel = current;
      }
      return current;
    }
  }

  /** Gives the space back, unless a snapshot has the file too. */
  void delete() throws IOException {
    FileChannel current = channel;
    if (current != null) {
      current.close();
    }
    Files.deleteIfExists(path);
  }

  // ---- on any thread, while it is pinned

  /** Forces what has been written and gives the file a second name in a directory. */
  synchronized void attach(Path directory) throws IOException {
    if (missing) {
      return;
    }
    long written = end;
    if (written > forced) {
      try {
        force.force(open());
      } catch (ClosedChannelException e) {
        throw e; // the store has been closed
      } catch (IOException e) {
        throw new Pages.NotForcedException("page file " + path + " cannot be forced: " + e, e);
      }
      forced = written;
    }
    try {
      Files.createLink(directory.resolve(name()), path);
    } catch (FileAlreadyExistsException e) {
      // named twice
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
