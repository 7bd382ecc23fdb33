package io.quorate.raftqueue.page;

import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Body;
import io.quorate.raftqueue.queue.PageException;
import io.quorate.raftqueue.queue.Pages;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of records, each {@code length:4 crc32c:4 message}. What is in a slot never changes; the
 * tables may be read on any thread for slots that a {@link Body} has pointed to.
 */
final class DiskPageFile implements Pages.PageFile {

  /** Of a record, before the message. */
  static final int HEADER = 8;

  /** So that the copy that the JDK makes outside of the heap, and keeps, stays small. */
  private static final int WRITE_SLICE = 256 << 10;

  /** Keeps the tables below the size from which the JVM would give them regions of their own. */
  private static final int MAX_SLOTS = 1 << 16;

  private final PageStore store;
  private final Path path;
  private final FileChannel channel;
  private volatile int[] offsets = new int[257];
  private volatile int[] sizes = new int[256];

  /** Who is in the slot; null when it has been released. */
  private @Nullable Body[] bodies = new Body[256];

  private int slots;
  private int liveSlots;
  private long liveBytes;
  private int end;
  private boolean sealed;

  DiskPageFile(PageStore store, Path path) throws IOException {
    this.store = store;
    this.path = path;
    this.channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Writes behind the last record; if that fails, the next write takes the same place. */
  void write(byte[] records, int length) throws IOException {
    int done = 0;
    while (done < length) {
      ByteBuffer slice = ByteBuffer.wrap(records, done, Math.min(WRITE_SLICE, length - done));
      done += channel.write(slice, (long) end + done);
    }
  }

  /** A record of this length has been written next; answers with its slot. */
  int add(Body body, int length, long sizeBytes) {
    if (slots == sizes.length) {
      resize(slots + (slots >> 1));
    }
    int slot = slots++;
    bodies[slot] = body;
    sizes[slot] = Math.toIntExact(sizeBytes);
    end += length;
    offsets[slot + 1] = end;
    liveSlots++;
    liveBytes += length;
    return slot;
  }

  private void resize(int capacity) {
    offsets = Arrays.copyOf(offsets, capacity + 1);
    sizes = Arrays.copyOf(sizes, capacity);
    bodies = Arrays.copyOf(bodies, capacity);
  }

  /** Nothing more will be written to it. */
  void seal() {
    sealed = true;
    resize(slots);
  }

  /** Whether it is as large as a file should be. */
  boolean full(int fileBytes) {
    return end >= fileBytes || slots >= MAX_SLOTS;
  }

  boolean mostlyDead() {
    return sealed && liveBytes < end / 4;
  }

  boolean dead() {
    return liveSlots == 0;
  }

  /** Up to {@code maxBytes} of what is left, from a slot on, into a list; where to go on. */
  int collect(int from, long maxBytes, List<Body> into) {
    long left = maxBytes;
    int slot = from;
    while (slot < slots && left > 0) {
      Body body = bodies[slot];
      if (body != null) {
        into.add(body);
        left -= offsets[slot + 1] - offsets[slot];
      }
      slot++;
    }
    return slot;
  }

  @Override
  public long sizeBytes(int slot) {
    return sizes[slot];
  }

  @Override
  public void release(int slot) {
    bodies[slot] = null;
    liveSlots--;
    liveBytes -= offsets[slot + 1] - offsets[slot];
    store.released(this);
  }

  @Override
  public StoredMessage read(int slot) {
    return read(slot, store.readAhead());
  }

  StoredMessage read(int slot, ReadAhead readAhead) {
    int[] starts = offsets;
    int offset = starts[slot];
    int length = starts[slot + 1] - offset;
    try {
      ReadAhead.Block block = readAhead.get(this, offset, length);
      int at = offset - block.start();
      ByteBuffer header = ByteBuffer.wrap(block.bytes(), at, HEADER);
      int recorded = header.getInt();
      int crc = header.getInt();
      if (recorded != length - HEADER || crc != crc(block.bytes(), at + HEADER, recorded)) {
        throw new PageException(
            "page file " + path + " is corrupt at " + offset + ": its checksum does not fit");
      }
      return StoredMessage.parser().parseFrom(block.bytes(), at + HEADER, recorded);
    } catch (IOException e) {
      throw new PageException(
          "page file " + path + " cannot be read at " + offset + ": " + e.getMessage(), e);
    }
  }

  static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }

  /**
   * From {@code minimum} to {@code limit} bytes, as far as whole records go: what a failed write
   * has left behind them is written over.
   */
  byte[] readBytes(int offset, int minimum, int limit) throws IOException {
    int wanted = Math.max(minimum, Math.min(limit, end - offset));
    ByteBuffer buffer = ByteBuffer.allocate(wanted);
    while (buffer.position() < minimum) {
      int sliceEnd = Math.min(wanted, buffer.position() + WRITE_SLICE);
      if (channel.read(buffer.limit(sliceEnd), (long) offset + buffer.position()) < 0) {
        throw new EOFException("the file ends before");
      }
    }
    return buffer.position() == wanted
        ? buffer.array()
        : Arrays.copyOf(buffer.array(), buffer.position());
  }

  /** Gives the space back. */
  void delete() throws IOException {
    channel.close();
    Files.deleteIfExists(path);
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
