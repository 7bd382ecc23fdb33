package io.quorate.chaos.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;

/** How long ago a file came to be what it is. */
public final class FileAge {

  private FileAge() {}

  /**
   * Milliseconds since it was last written, renamed or linked: a file that is put in the place of
   * another one is older than its name. By the clock of this machine, which is that of its files.
   */
  public static long millis(Path file) throws IOException {
    FileTime changed = (FileTime) Files.getAttribute(file, "unix:ctime");
    return Math.max(0, System.currentTimeMillis() - changed.toMillis());
  }
}
