package io.quorate.raftqueue.queue;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.log.v1.PageRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Pages without a disk, but for what a snapshot takes along. What is asked is done, and answered,
 * when the two executors say so.
 */
public final class MemoryPages implements Pages {

  private static final int FILE_BYTES = 4_000;

  private final Executor io;
  private final Executor owner;
  private final @Nullable Path source;
  private final BooleanSupplier full;
  private final BooleanSupplier unreadable;
  private final BooleanSupplier unforced;
  private final Set<Extent> live = new HashSet<>();
  private final List<File> files = new ArrayList<>();
  private int pins;
  private boolean closed;
  private int created;

  /**
   * @param source where the files of a snapshot are
   * @param full whether nothing can be written now
   * @param unreadable whether what is read now comes back damaged
   * @param unforced whether a file cannot be forced to disk now
   */
  public MemoryPages(
      Executor io,
      Executor owner,
      @Nullable Path source,
      BooleanSupplier full,
      BooleanSupplier unreadable,
      BooleanSupplier unforced) {
    this.io = io;
    this.owner = owner;
    this.source = source;
    this.full = full;
    this.unreadable = unreadable;
    this.unforced = unforced;
    this.created = highestNumber(source);
  }

  /** New files must not have the names of those that are adopted later. */
  private static int highestNumber(@Nullable Path source) {
    if (source == null || !Files.exists(source)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(source)) {
      return files.mapToInt(file -> number(file.getFileName().toString())).max().orElse(0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int number(String name) {
    return Integer.parseInt(name.substring(1));
  }

  /** Does everything at once. */
  public static MemoryPages direct(@Nullable Path source) {
    return new MemoryPages(
        Runnable::run, Runnable::run, source, () -> false, () -> false, () -> false);
  }

  private static final class File implements PageFile {
    private final String name;
    private byte[] bytes;

    File(String name, byte[] bytes) {
      this.name = name;
      this.bytes = bytes;
    }

    @Override
    public String name() {
      return name;
    }

    long append(byte[] more) {
      long offset = bytes.length;
      bytes = Arrays.copyOf(bytes, bytes.length + more.length);
      System.arraycopy(more, 0, bytes, (int) offset, more.length);
      return offset;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Records in use. */
  int live() {
    return live.size();
  }

  /** What a record says, whatever else goes on. */
  PageRecord peek(Extent extent) {
    if (!live.contains(extent)) {
      throw new AssertionError("the record in " + extent + " has been given up");
    }
    try {
      return parse(extent);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static PageRecord parse(Extent extent) throws InvalidProtocolBufferException {
    return PageRecord.parseFrom(
        ByteBuffer.wrap(((File) extent.file()).bytes, (int) extent.offset(), extent.length()));
  }

  private File open() {
    if (files.isEmpty() || files.get(files.size() - 1).bytes.length > FILE_BYTES) {
      files.add(new File("m" + ++created, new byte[0]));
    }
    return files.get(files.size() - 1);
  }

  @Override
  public void write(List<PageRecord> records, Consumer<@Nullable List<Extent>> done) {
    if (closed) {
      throw new AssertionError("written to pages that are closed");
    }
    io.execute(
        () -> {
          List<Extent> written = full.getAsBoolean() ? null : append(records);
          owner.execute(() -> done.accept(closed ? null : written));
        });
  }

  @Override
  public @Nullable List<Extent> writeNow(List<PageRecord> records) {
    return full.getAsBoolean() ? null : append(records);
  }

  private List<Extent> append(List<PageRecord> records) {
    List<Extent> extents = new ArrayList<>();
    for (PageRecord record : records) {
      byte[] bytes = record.toByteArray();
      File file = open();
      Extent extent = new Extent(file, file.append(bytes), bytes.length);
      live.add(extent);
      extents.add(extent);
    }
    return extents;
  }

  @Override
  public void read(List<Extent> extents, Consumer<List<PageRead>> done) {
    io.execute(
        () -> {
          List<PageRead> results = extents.stream().map(this::read).toList();
          owner.execute(() -> done.accept(results));
        });
  }

  private PageRead read(Extent extent) {
    if (!live.contains(extent)) {
      return new PageRead(null, extent + " has been given up");
    }
    if (unreadable.getAsBoolean()) {
      return new PageRead(null, extent + " is damaged on purpose");
    }
    return new PageRead(peek(extent), "");
  }

  @Override
  public void copy(List<Extent> extents, Consumer<List<@Nullable Extent>> done) {
    io.execute(
        () -> {
          List<@Nullable Extent> copies = new ArrayList<>();
          for (Extent extent : extents) {
            PageRecord record = read(extent).record();
            copies.add(
                record == null || full.getAsBoolean() ? null : append(List.of(record)).get(0));
          }
          owner.execute(() -> done.accept(copies));
        });
  }

  @Override
  public void release(Extent extent) {
    if (!live.remove(extent)) {
      throw new AssertionError("the record in " + extent + " is given up twice");
    }
  }

  /** Now and then a record that could stay where it is. */
  @Override
  public List<Extent> leftovers() {
    return live.size() % 3 == 1
        ? live.stream()
            .filter(Extent::inUse)
            .min(java.util.Comparator.comparing(Extent::toString))
            .map(List::of)
            .orElse(List.of())
        : List.of();
  }

  @Override
  public PageFile adopt(String name) {
    try {
      if (source == null) {
        throw new AssertionError("a state without a snapshot adopts " + name);
      }
      if (files.stream().anyMatch(file -> file.name().equals(name))) {
        throw new AssertionError(name + " is there already");
      }
      File file = new File(name, Files.readAllBytes(source.resolve(name)));
      files.add(0, file);
      return file;
    } catch (IOException e) {
      throw new AssertionError("a file of the snapshot is missing", e);
    }
  }

  @Override
  public Extent extent(PageFile file, long offset, int length) {
    Extent extent = new Extent(file, offset, length);
    live.add(extent);
    return extent;
  }

  @Override
  public Pin pin() {
    pins++;
    return new Pin() {
      @Override
      public void attach(PageFile file, String directory) throws IOException {
        if (unforced.getAsBoolean()) {
          throw new NotForcedException(
              file.name() + " is not forced", new IOException("on purpose"));
        }
        Path into = Path.of(directory);
        Files.createDirectories(into);
        Files.write(into.resolve(file.name()), ((File) file).bytes);
      }

      @Override
      public void close() {
        pins--;
      }
    };
  }

  /** Snapshots in the making. */
  int pins() {
    return pins;
  }

  @Override
  public long liveBytes() {
    return live.stream().mapToLong(Extent::length).sum();
  }

  @Override
  public long heldBytes() {
    return 0;
  }

  @Override
  public int files() {
    return files.size();
  }

  @Override
  public void close() {
    closed = true;
  }
}
