package io.quorate.raftqueue.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** The number of a node's run: rises with every start, also when the clock was set back. */
final class Incarnation {

  private static final String FILE = "incarnation";

  /**
   * A run may use the numbers after its own for sessions that it has to begin anew: fewer than the
   * milliseconds that it lasts, so that they matter only where the clock has been set back.
   */
  private static final long SESSIONS = 1_000_000;

  private Incarnation() {}

  /** The number of this run, remembered on disk before it is used. */
  static long next(Path dataDir) throws IOException {
    return next(dataDir, System.currentTimeMillis());
  }

  /**
   * By the clock where that goes on: a node that takes another's place with an empty disk has
   * nothing else to go by.
   */
  static long next(Path dataDir, long now) throws IOException {
    Files.createDirectories(dataDir);
    Path file = dataDir.resolve(FILE);
    long last = Files.exists(file) ? read(file) : 0;
    long next = now > last ? now : last + SESSIONS;
    Path fresh = dataDir.resolve(FILE + ".new");
    try (FileChannel out =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      out.write(ByteBuffer.wrap(Long.toString(next).getBytes(StandardCharsets.US_ASCII)));
      out.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory = FileChannel.open(dataDir, StandardOpenOption.READ)) {
      directory.force(true);
    }
    return next;
  }

  private static long read(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.US_ASCII).trim();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException(
          file + " should hold the number of the last start, but holds '" + text + "'", e);
    }
  }
}
