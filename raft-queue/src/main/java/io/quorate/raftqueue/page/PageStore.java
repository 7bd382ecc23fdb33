package io.quorate.raftqueue.page;

import com.google.protobuf.CodedOutputStream;
import io.quorate.log.v1.StoredMessage;
import io.quorate.raftqueue.queue.Body;
import io.quorate.raftqueue.queue.Pages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Page files in a directory of their own. Written behind one another; a file that nobody needs any
 * more is deleted at once, what little is left in a file is moved to the end. Nothing is forced to
 * disk, nothing is read after a restart.
 */
public final class PageStore implements Pages {

  private static final Logger LOG = LoggerFactory.getLogger(PageStore.class);

  /** From here on a new file is begun: large enough to be few, small enough to be given back. */
  private static final int FILE_BYTES = 16 << 20;

  private static final int COMPACT_BYTES = 256 << 10;

  /** Of up to 256 KiB each, or the size of a larger message. */
  private static final int BLOCKS = 16;

  private static final int KEPT_BUFFER = 2 << 20;

  private final Path directory;
  private final int fileBytes;
  private final ReadAhead readAhead = new ReadAhead(BLOCKS);
  private final Set<DiskPageFile> files = new HashSet<>();
  private final ArrayDeque<DiskPageFile> mostlyDead = new ArrayDeque<>();
  private final List<DiskPageFile> condemned = new ArrayList<>();
  private final AtomicInteger pins = new AtomicInteger();
  private byte[] buffer = new byte[0];
  private @Nullable DiskPageFile open;
  private int compactFrom;
  private long created;
  private boolean failing;
  private boolean closed;
  private volatile int fileCount;

  /**
   * @param directory made when the first page is written, left behind empty
   */
  public PageStore(Path directory) {
    this(directory, FILE_BYTES);
  }

  PageStore(Path directory, int fileBytes) {
    this.directory = directory;
    this.fileBytes = fileBytes;
  }

  /** Deletes a directory of pages of an earlier run, with all that is in it. */
  public static void wipe(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  ReadAhead readAhead() {
    return readAhead;
  }

  @Override
  public boolean write(List<Body> bodies) {
    List<StoredMessage> messages = new ArrayList<>(bodies.size());
    long length = 0;
    for (Body body : bodies) {
      StoredMessage message = body.message();
      messages.add(message);
      length += DiskPageFile.HEADER + message.getSerializedSize();
    }
    try {
      int total = Math.toIntExact(length);
      byte[] records = encode(messages, total);
      DiskPageFile file = openFile();
      file.write(records, total);
      for (int i = 0; i < bodies.size(); i++) {
        Body body = bodies.get(i);
        int recordBytes = DiskPageFile.HEADER + messages.get(i).getSerializedSize();
        body.movedTo(file, file.add(body, recordBytes, body.sizeBytes()));
      }
      if (file.full(fileBytes)) {
        file.seal();
        open = null;
        compactIfMostlyDead(file);
      }
      failing = false;
      return true;
    } catch (IOException e) {
      if (!failing) {
        failing = true;
        LOG.warn(
            "messages cannot be paged out to {} and stay in memory; tried again: {}",
            directory,
            e.toString());
      }
      return false;
    }
  }

  private byte[] encode(List<StoredMessage> messages, int total) throws IOException {
    byte[] records = total <= buffer.length ? buffer : new byte[total];
    if (total <= KEPT_BUFFER) {
      buffer = records;
    }
    int at = 0;
    for (StoredMessage message : messages) {
      int length = message.getSerializedSize();
      int start = at + DiskPageFile.HEADER;
      CodedOutputStream out = CodedOutputStream.newInstance(records, start, length);
      message.writeTo(out);
      out.flush();
      ByteBuffer.wrap(records, at, DiskPageFile.HEADER)
          .putInt(length)
          .putInt(DiskPageFile.crc(records, start, length));
      at = start + length;
    }
    return records;
  }

  private DiskPageFile openFile() throws IOException {
    DiskPageFile file = open;
    if (file == null) {
      Files.createDirectories(directory);
      file = new DiskPageFile(this, directory.resolve("%08d.page".formatted(++created)));
      open = file;
      files.add(file);
      count(1);
    }
    return file;
  }

  /** A slot of the file has been released. */
  void released(DiskPageFile file) {
    if (file.dead()) {
      files.remove(file);
      if (file == open) {
        open = null;
      }
      if (file == mostlyDead.peek()) {
        compactFrom = 0;
      }
      mostlyDead.remove(file);
      readAhead.forget(file);
      condemn(List.of(file));
    } else {
      compactIfMostlyDead(file);
    }
  }

  private void compactIfMostlyDead(DiskPageFile file) {
    if (file.mostlyDead() && !mostlyDead.contains(file)) {
      mostlyDead.add(file);
    }
  }

  private synchronized void condemn(Collection<DiskPageFile> useless) {
    condemned.addAll(useless);
    deleteCondemned();
  }

  private synchronized void count(int more) {
    fileCount += more;
  }

  private synchronized void deleteCondemned() {
    if (pins.get() > 0) {
      return;
    }
    for (DiskPageFile file : condemned) {
      try {
        file.delete();
      } catch (IOException e) {
        LOG.warn("page file {} cannot be deleted: {}", file, e.toString());
      }
    }
    count(-condemned.size());
    condemned.clear();
  }

  @Override
  public boolean maintain() {
    DiskPageFile file = mostlyDead.peek();
    if (file == null || failing) {
      return false;
    }
    List<Body> left = new ArrayList<>();
    int next = file.collect(compactFrom, COMPACT_BYTES, left);
    if (!left.isEmpty() && !write(left)) {
      return false;
    }
    if (mostlyDead.peek() == file) { // else that was all
      compactFrom = next;
    }
    return !mostlyDead.isEmpty();
  }

  @Override
  public Reader pin() {
    pins.incrementAndGet();
    return new PinnedReader();
  }

  private final class PinnedReader implements Reader {
    private final ReadAhead ahead = new ReadAhead(4);
    private boolean released;

    @Override
    public StoredMessage read(PageFile file, int slot) {
      return ((DiskPageFile) file).read(slot, ahead);
    }

    @Override
    public void close() {
      if (!released) {
        released = true;
        ahead.clear();
        pins.decrementAndGet();
        deleteCondemned();
      }
    }
  }

  @Override
  public int files() {
    return fileCount;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    open = null;
    mostlyDead.clear();
    readAhead.clear();
    condemn(files);
    files.clear();
  }
}
