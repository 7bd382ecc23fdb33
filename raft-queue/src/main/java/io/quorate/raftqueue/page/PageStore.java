package io.quorate.raftqueue.page;

import io.quorate.log.v1.PageRecord;
import io.quorate.raftqueue.queue.Pages;
import java.io.IOException;
import java.io.UncheckedIOException;
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
 * <p>The owner's thread, whose calls these are, knows what is in use; one other thread reads and
 * writes (see {@link PageFiles}).
 *
 * <p>Invariant: a file with a record in use is there; one without is deleted once nothing is
 * written to it any more and no snapshot that is being written needs it.
 */
public final class PageStore implements Pages {

  private static final Logger LOG = LoggerFactory.getLogger(PageStore.class);

  /** From here on a new file is begun: large enough to be few, small enough to be given back. */
  private static final int FILE_BYTES = 32 << 20;

  /** Of what is moved together. */
  private static final long COMPACT_BYTES = 1 << 20;

  private final PageFiles disk;
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

  private final AtomicInteger pins = new AtomicInteger();
  private volatile int fileCount;

  /**
   * @param directory made when it is needed, left behind empty
   * @param source where the files are of the snapshot that the state begins with, if it does
   * @param io one thread, which may serve many stores
   * @param owner where answers go: the thread that owns the state
   */
  public PageStore(Path directory, @Nullable Path source, Executor io, Executor owner) {
    this(directory, source, io, owner, FILE_BYTES, DiskPageFile.Force.REAL);
  }

  PageStore(
      Path directory,
      @Nullable Path source,
      Executor io,
      Executor owner,
      int fileBytes,
      DiskPageFile.Force force) {
    this.disk = new PageFiles(directory, source, fileBytes, force);
    this.io = io;
    this.owner = owner;
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
          List<Extent> written = appended(records);
          owner.execute(
              () -> {
                writes--;
                if (closed || written == null) {
                  done.accept(null);
                } else {
                  written.forEach(this::use);
                  done.accept(written);
                }
              });
          sealIfFull();
        });
  }

  /** Whoever asked has to be told, whatever happens. */
  private @Nullable List<Extent> appended(List<PageRecord> records) {
    try {
      return disk.append(records);
    } catch (RuntimeException e) {
      LOG.error("a page cannot be written; this is a defect", e);
      return null;
    }
  }

  @Override
  public @Nullable List<Extent> writeNow(List<PageRecord> records) {
    List<Extent> written = disk.append(records);
    if (written != null) {
      written.forEach(this::use);
    }
    DiskPageFile full = disk.takeFull();
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

  /** The owner learns of it after it has been told of all that is in the file. */
  private void sealIfFull() {
    DiskPageFile file = disk.takeFull();
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
            results.add(PageFiles.read(extent));
          }
          owner.execute(() -> done.accept(results));
        });
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
            copies.add(disk.copy(extent));
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
      submit(() -> disk.retire(file)); // a pin may keep it: nothing more may be written to it
    }
    deleteCondemned();
  }

  private void deleteCondemned() {
    if (pins.get() > 0 || condemned.isEmpty()) {
      return;
    }
    List<DiskPageFile> useless = List.copyOf(condemned);
    condemned.clear();
    submit(() -> useless.forEach(disk::delete));
  }

  // ---- snapshots

  @Override
  public PageFile adopt(String name) throws IOException {
    return disk.adopt(name);
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
    submit(disk::close);
  }
}
