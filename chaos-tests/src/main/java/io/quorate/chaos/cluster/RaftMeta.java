package io.quorate.chaos.cluster;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.OptionalLong;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What the file of Ratis says in which a replica keeps its term and its vote.
 *
 * @param term empty if the file has none
 * @param vote for whom, empty if for nobody
 * @param ageMillis how long ago the file came to be what it is: since it was last written, renamed
 *     or linked, so that one that is put in the place of another is older than its name. By the
 *     clock of this machine, which is that of its files
 */
public record RaftMeta(OptionalLong term, String vote, long ageMillis) {

  /** The name of the file. */
  public static final String FILE = "raft-meta";

  /**
   * Reads a file.
   *
   * @throws IOException if it cannot be read, or has just been replaced
   * @throws IllegalArgumentException if it is garbage
   */
  public static RaftMeta read(Path file) throws IOException {
    Properties stored = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      stored.load(in);
    }
    // Its age is read after the rest: what comes in between makes that look younger, not older.
    return new RaftMeta(
        term(stored.getProperty("term")), stored.getProperty("votedFor", ""), ageMillis(file));
  }

  private static OptionalLong term(@Nullable String text) {
    if (text == null) {
      return OptionalLong.empty();
    }
    if (!text.matches("\\d{1,18}")) {
      throw new IllegalArgumentException("'" + text + "' is no term");
    }
    return OptionalLong.of(Long.parseLong(text));
  }

  private static long ageMillis(Path file) throws IOException {
    FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
    return Math.max(0, System.currentTimeMillis() - changed.toMillis());
  }
}
