package io.quorate.raftqueue.page;

import io.quorate.log.v1.PageRecord;
import io.quorate.raftqueue.queue.Pages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Page files in a directory of their own, which is empty at first: files of the snapshot that a
 * state begins with are linked into it. A file that nobody needs any more is deleted; a snapshot
 * that has it too keeps it by its own name. So what is in the directory need not outlive the
 * process: a start begins with the snapshot.
 *
 * <p>The owner's thread knows what is in use, one other thread reads and writes.
 */
public final class PageStore implements Pages {

  private static final Logger LOG = LoggerFactory.getLogger(PageStore.class);

  /** From here on a new file is begun: large enough to be few, small enough to be given back. */
  private static final int FILE_BYTES = 32 << 20;

  /** Of what is moved together. */
  private static final long COMPACT_BYTES = 1 << 20;

  private static final int KEPT_BUFFER = 2 << 20;

  private final Path directory;
  private final @Nullable Path source;
  private final int fileBytes;
  private final Executor io;
  private final Executor owner;

  // ---- the owner's
  private final Set<DiskPageFile> files = new HashSet<>();
  private final ArrayDeque<DiskPageFile> mostlyDead = new ArrayDeque<>();
  private final List<DiskPageFile> condemned = new ArrayList<>();
  private int writes;
  private boolean copying;
  private long liveBytes;

  /** Bytes of files given up since the last pin, and between that and the one before. */
  private long givenUp;

  private long givenUpBefore;
  private boolean closed;

  // ---- the files' thread's
  private byte[] buffer = new byte[0];
  private @Nullable DiskPageFile open;
  private long created;
  private boolean failing;

  private final AtomicInteger pins = new AtomicInteger();
  private volatile int fileCount;

  /**
   * @param directory made when it is needed, left behind empty
   * @param source where the files are of the snapshot that the state begins with, if it does
   * @param io one thread, which may serve many stores
   * @param owner where answers go: the thread that owns the state
   */
  public PageStore(Path directory, @Nullable Path source, Executor io, Executor owner) {
    this(directory, source, io, owner, FILE_BYTES);
  }

  PageStore(Path directory, @Nullable Path source, Executor io, Executor owner, int fileBytes) {
    this.directory = directory;
    this.source = source;
    this.io = io;
    this.owner = owner;
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

  // ---- writing

  @Override
  public void write(List<PageRecord> records, Consumer<@Nullable List<Extent>> done) {
    writes++;
    submit(
        () -> {
          List<Extent> written = append(records);
          owner.execute(
              () -> {
                writes--;
                if (!closed && written != null) {
                  written.forEach(this::use);
                }
                done.accept(written);
              });
          sealIfFull();
        });
  }

  @Override
  public @Nullable List<Extent> writeNow(List<PageRecord> records) {
    List<Extent> written = append(records);
    if (written != null) {
      written.forEach(this::use);
    }
    DiskPageFile full = takeFull();
    if (full != null) {
      full.sealed = true;
    }
    return written;
  }

  private void submit(Runnable task) {
    try {
      io.execute(task);
    } catch (RejectedExecutionException e) {
      LOG.debug("the node stops: {}", e.toString());
    }
  }

  private synchronized @Nullable List<Extent> append(List<PageRecord> records) {
    long length = 0;
    for (PageRecord record : records) {
      length += PageFormat.size(record);
    }
    try {
      byte[] bytes = buffer(Math.toIntExact(length));
      int at = 0;
      for (PageRecord record : records) {
        at = PageFormat.encode(record, bytes, at);
      }
      DiskPageFile file = openFile();
      long offset = file.write(bytes, at);
      List<Extent> extents = new ArrayList<>(records.size());
      for (PageRecord record : records) {
        int size = PageFormat.size(record);
        extents.add(new Extent(file, offset, size));
        offset += size;
      }
      failing = false;
      return extents;
    } catch (IOException e) {
      warn(e);
      return null;
    }
  }

  private void warn(IOException e) {
    if (!failing) {
      failing = true;
      LOG.warn(
          "messages cannot be paged out to {} and stay in memory; tried again: {}",
          directory,
          e.toString());
    }
  }

  private byte[] buffer(int length) {
    byte[] bytes = length <= buffer.length ? buffer : new byte[length];
    if (length <= KEPT_BUFFER) {
      buffer = bytes;
    }
    return bytes;
  }

  private DiskPageFile openFile() throws IOException {
    DiskPageFile file = open;
    if (file == null) {
      Files.createDirectories(directory);
      file = DiskPageFile.create(directory.resolve("%08d.page".formatted(++created)));
      open = file;
    }
    return file;
  }

  /** The file that nothing more is to be written to, if it has just become one. */
  private synchronized @Nullable DiskPageFile takeFull() {
    DiskPageFile file = open;
    if (file == null || file.end() < fileBytes) {
      return null;
    }
    open = null;
    return file;
  }

  /** The owner learns of it after it has been told of all that is in the file. */
  private void sealIfFull() {
    DiskPageFile file = takeFull();
    if (file != null) {
      owner.execute(
          () -> {
            file.sealed = true;
            look(file);
          });
    }
  }

  // ---- reading

  @Override
  public void read(List<Extent> extents, Consumer<List<PageRead>> done) {
    submit(
        () -> {
          List<PageRead> results = new ArrayList<>(extents.size());
          for (Extent extent : extents) {
            results.add(read(extent));
          }
          owner.execute(() -> done.accept(results));
        });
  }

  private static PageRead read(Extent extent) {
    DiskPageFile file = (DiskPageFile) extent.file();
    try {
      return new PageRead(PageFormat.decode(file.read(extent)), "");
    } catch (IOException e) {
      return new PageRead(null, "page file " + extent + ": " + text(e));
    }
  }

  private static String text(IOException e) {
    return e.getMessage() == null || e instanceof java.nio.file.FileSystemException
        ? e.toString()
        : e.getMessage();
  }

  // ---- moving

  @Override
  public List<Extent> leftovers() {
    if (copying) {
      return List.of();
    }
    DiskPageFile file;
    while ((file = mostlyDead.peek()) != null && (file.dead() || file.left().isEmpty())) {
      mostlyDead.remove();
    }
    if (file == null) {
      return List.of();
    }
    List<Extent> some = new ArrayList<>();
    long bytes = 0;
    for (Extent extent : file.left()) {
      if (bytes < COMPACT_BYTES) {
        some.add(extent);
        bytes += extent.length();
      }
    }
    return some;
  }

  @Override
  public void copy(List<Extent> extents, Consumer<List<@Nullable Extent>> done) {
    copying = true;
    writes++;
    submit(
        () -> {
          List<@Nullable Extent> copies = new ArrayList<>(extents.size());
          for (Extent extent : extents) {
            copies.add(copy(extent));
          }
          owner.execute(
              () -> {
                writes--;
                copying = false;
                for (int i = 0; i < copies.size(); i++) {
                  Extent copy = copies.get(i);
                  if (copy != null) {
                    use(copy);
                  } else {
                    mostlyDead.remove((DiskPageFile) extents.get(i).file());
                  }
                }
                done.accept(copies);
              });
          sealIfFull();
        });
  }

  private synchronized @Nullable Extent copy(Extent extent) {
    try {
      byte[] bytes = ((DiskPageFile) extent.file()).read(extent);
      PageFormat.check(bytes);
      DiskPageFile file = openFile();
      long offset = file.write(bytes, bytes.length);
      return new Extent(file, offset, bytes.length);
    } catch (IOException e) {
      LOG.warn("what is left in page file {} cannot be moved: {}", extent, text(e));
      return null;
    }
  }

  // ---- what is in use

  private void use(Extent extent) {
    DiskPageFile file = (DiskPageFile) extent.file();
    if (files.add(file)) {
      fileCount = files.size();
    }
    file.use(extent);
    liveBytes += extent.length();
  }

  @Override
  public void release(Extent extent) {
    DiskPageFile file = (DiskPageFile) extent.file();
    file.release(extent);
    liveBytes -= extent.length();
    look(file);
  }

  private void look(DiskPageFile file) {
    if (file.dead() && (file.sealed || writes == 0)) {
      condemn(file);
    } else if (file.mostlyDead() && !mostlyDead.contains(file)) {
      mostlyDead.add(file);
    }
  }

  private void condemn(DiskPageFile file) {
    if (file.condemned) {
      return;
    }
    file.condemned = true;
    files.remove(file);
    fileCount = files.size();
    mostlyDead.remove(file);
    givenUp += file.end();
    condemned.add(file);
    if (!file.sealed) {
      submit(() -> retire(file)); // a pin may keep it: nothing more may be written to it
    }
    deleteCondemned();
  }

  private synchronized void retire(DiskPageFile file) {
    if (file == open) {
      open = null;
    }
  }

  private void deleteCondemned() {
    if (pins.get() > 0 || condemned.isEmpty()) {
      return;
    }
    List<DiskPageFile> useless = List.copyOf(condemned);
    condemned.clear();
    submit(() -> useless.forEach(this::delete));
  }

  private synchronized void delete(DiskPageFile file) {
    retire(file);
    try {
      file.delete();
    } catch (IOException e) {
      LOG.warn("page file {} cannot be deleted: {}", file, e.toString());
    }
  }

  // ---- snapshots

  @Override
  public synchronized PageFile adopt(String name) throws IOException {
    Path path = directory.resolve(name);
    long length = 0;
    try {
      if (source == null || !path.normalize().startsWith(directory.normalize())) {
        throw new IOException("the snapshot has no such file");
      }
      Files.createDirectories(directory);
      Path from = source.resolve(name);
      length = Files.size(from);
      Files.createLink(path, from);
      created = Math.max(created, number(name));
    } catch (FileAlreadyExistsException e) {
      throw new IOException("page file " + path + " is named twice", e);
    } catch (IOException e) {
      LOG.error("page file {} of a snapshot cannot be used: {}", path, e.toString());
      return DiskPageFile.missing(path);
    }
    return DiskPageFile.adopted(path, length);
  }

  private static long number(String name) {
    String digits = name.replaceAll("\\D", "");
    return digits.isEmpty() || digits.length() > 18 ? 0 : Long.parseLong(digits);
  }

  @Override
  public Extent extent(PageFile file, long offset, int length) {
    Extent extent = new Extent(file, offset, length);
    use(extent);
    return extent;
  }

  @Override
  public Pin pin() {
    pins.incrementAndGet();
    givenUpBefore = givenUp;
    givenUp = 0;
    return new StorePin();
  }

  private final class StorePin implements Pin {
    private boolean released;

    @Override
    public void attach(PageFile file, String target) throws IOException {
      Path into = Path.of(target);
      Files.createDirectories(into);
      ((DiskPageFile) file).attach(into);
    }

    @Override
    public void close() {
      if (!released) {
        released = true;
        pins.decrementAndGet();
        owner.execute(PageStore.this::deleteCondemned);
      }
    }
  }

  @Override
  public long liveBytes() {
    return liveBytes;
  }

  @Override
  public long heldBytes() {
    return givenUp + givenUpBefore;
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
    mostlyDead.clear();
    List.copyOf(files).forEach(this::condemn);
    files.clear();
    submit(this::closeOpen);
  }

  private synchronized void closeOpen() {
    DiskPageFile file = open; // nothing in it has come into use
    if (file != null) {
      delete(file);
    }
  }
}
