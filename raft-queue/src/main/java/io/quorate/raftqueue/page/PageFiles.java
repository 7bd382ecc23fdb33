package io.quorate.raftqueue.page;

import io.quorate.log.v1.PageRecord;
import io.quorate.raftqueue.queue.Pages.Extent;
import io.quorate.raftqueue.queue.Pages.PageRead;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page files of one state on disk: one is written to until it is full.
 *
 * <p>Invariant: what has been written never changes, and a record is used only when all of it has
 * been written. Thread-safe; but for {@link #adopt} and while a state is being restored, one thread
 * comes here, which may wait for the disk.
 */
final class PageFiles {

  private static final Logger LOG = LoggerFactory.getLogger(PageFiles.class);

  private static final int KEPT_BUFFER = 2 << 20;
  private static final Pattern NAME = Pattern.compile("(\\d{1,18})\\.page");

  private final Path directory;
  private final @Nullable Path source;
  private final int fileBytes;
  private final DiskPageFile.Force force;
  private byte[] buffer = new byte[0];
  private @Nullable DiskPageFile open;
  private long created;
  private boolean failing;

  /**
   * @param directory made when it is needed
   * @param source where files are that can be adopted, if anywhere
   * @param fileBytes from here on a new file is begun
   * @param force how a file is forced to disk
   */
  PageFiles(Path directory, @Nullable Path source, int fileBytes, DiskPageFile.Force force) {
    this.directory = directory;
    this.force = force;
    this.source = source;
    this.fileBytes = fileBytes;
    this.created = source == null ? 0 : highestNumber(source);
  }

  /**
   * Files are adopted one after the other while the state is read, and it may have to be written to
   * new ones in between: these must not have the names of those that are still to come.
   */
  private static long highestNumber(Path source) {
    try (Stream<Path> files = Files.list(source)) {
      return files.mapToLong(file -> number(file.getFileName().toString())).max().orElse(0);
    } catch (IOException e) {
      return 0; // a snapshot without files has no such directory; adopting one says what is wrong
    }
  }

  // ---- writing

  /** Writes records one behind the other; null if that failed. */
  synchronized @Nullable List<Extent> append(List<PageRecord> records) {
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
      file = DiskPageFile.create(directory.resolve("%08d.page".formatted(++created)), force);
      open = file;
    }
    return file;
  }

  /** The file that nothing more is to be written to, if it has just become one. */
  synchronized @Nullable DiskPageFile takeFull() {
    DiskPageFile file = open;
    if (file == null || file.end() < fileBytes) {
      return null;
    }
    open = null;
    return file;
  }

  // ---- reading and moving

  static PageRead read(Extent extent) {
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

  /** Writes a record again, as it is; null if it cannot be read, or written. */
  synchronized @Nullable Extent copy(Extent extent) {
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

  // ---- files that come and go

  /** Links a file of the snapshot that the state begins with. */
  synchronized DiskPageFile adopt(String name) throws IOException {
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
    } catch (FileAlreadyExistsException e) {
      throw new IOException("page file " + path + " is named twice", e);
    } catch (IOException e) {
      LOG.error("page file {} of a snapshot cannot be used: {}", path, e.toString());
      return DiskPageFile.missing(path);
    }
    return DiskPageFile.adopted(path, length);
  }

  private static long number(String name) {
    Matcher matcher = NAME.matcher(name);
    return matcher.matches() ? Long.parseLong(matcher.group(1)) : 0;
  }

  /** Nothing more is written to a file. */
  synchronized void retire(DiskPageFile file) {
    if (file == open) {
      open = null;
    }
  }

  synchronized void delete(DiskPageFile file) {
    retire(file);
    try {
      file.delete();
    } catch (IOException e) {
      LOG.warn("page file {} cannot be deleted: {}", file, e.toString());
    }
  }

  /** Nothing more is written at all. */
  synchronized void close() {
    DiskPageFile file = open; // nothing in it has come into use
    if (file != null) {
      delete(file);
    }
  }
}
