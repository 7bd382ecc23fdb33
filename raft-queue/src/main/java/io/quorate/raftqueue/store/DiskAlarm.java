package io.quorate.raftqueue.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the free space under a node's data: an alarm goes on below the limit, and off again an
 * eighth above it, so that it does not flutter. {@link #look} is for one thread, the figures are
 * for any.
 */
final class DiskAlarm {

  private static final Logger LOG = LoggerFactory.getLogger(DiskAlarm.class);

  private final LongSupplier usableBytes;
  private final long limitBytes;
  private final Hysteresis alarm;
  private volatile long freeBytes = -1;
  private boolean unreadable;

  /**
   * @param usableBytes tells the free space, or fails with an {@link UncheckedIOException}
   * @param limitBytes 0: no alarm
   */
  DiskAlarm(LongSupplier usableBytes, long limitBytes) {
    this.usableBytes = usableBytes;
    this.limitBytes = limitBytes;
    this.alarm =
        new Hysteresis(free -> free < limitBytes, free -> free >= limitBytes + limitBytes / 8);
  }

  /** What this process may still write to the file system of a directory that exists. */
  static LongSupplier usableSpaceOf(Path directory) {
    return new UsableSpace(directory);
  }

  private static final class UsableSpace implements LongSupplier {

    private final Path directory;

    /** Kept, since to find it is to read all mounts of the machine. */
    private @Nullable FileStore files;

    UsableSpace(Path directory) {
      this.directory = directory;
    }

    @Override
    public long getAsLong() {
      try {
        if (files == null) {
          files = Files.getFileStore(directory);
        }
        return files.getUsableSpace();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Looks at the disk; answers whether it is short. What cannot be read changes nothing. */
  boolean look() {
    try {
      judge(usableBytes.getAsLong());
      unreadable = false;
    } catch (UncheckedIOException e) {
      if (!unreadable) {
        LOG.warn("the free disk space cannot be read: {}", e.getMessage());
      }
      unreadable = true;
    }
    return alarm.isOn();
  }

  private void judge(long free) {
    freeBytes = free;
    switch (alarm.see(free)) {
      case ON ->
          LOG.warn(
              "disk: {} MiB free, less than the {} MiB of store.disk-free-limit;"
                  + " publishers of the whole cluster wait",
              free >> 20,
              limitBytes >> 20);
      case OFF -> LOG.info("disk: {} MiB free; publishers go on", free >> 20);
      case NONE -> {}
    }
  }

  /** At the last look; -1 before the first. */
  long freeBytes() {
    return freeBytes;
  }
}
