package io.quorate.chaos.sut.disk;

import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.sut.LibC;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A file system in a file: what a node believes to be its disk. Safe for any number of threads. */
public final class LoopDisk {

  // Nothing reaches the disk by the way: no commit of the journal by time, no flush by rename. Only
  // what is forced is safe.
  private static final String OPTIONS = "loop,commit=300,noauto_da_alloc";

  /** What is left for the slower way to fill a disk. */
  private static final long FILLED_BY_HAND = 96L << 20;

  private static final int INODES = 8192;
  private static final Duration BUSY_LIMIT = Duration.ofSeconds(10);

  private final Path image;
  private final Path mount;
  private final long capacityBytes;
  private boolean shutDown;

  /**
   * @param image the file to make
   * @param mount the directory to make and mount it on
   */
  public LoopDisk(Path image, Path mount, long capacityBytes) {
    this.image = image;
    this.mount = mount;
    this.capacityBytes = capacityBytes;
  }

  /** Makes the file system and mounts it. */
  public synchronized void create() {
    try {
      Files.createDirectories(mount);
      try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
        file.setLength(capacityBytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Command.of("mkfs.ext4", "-q", "-F", "-m", "0", "-N", "" + INODES, image.toString())
        .runSuccessfully();
    mount();
  }

  private void mount() {
    Command.of("mount", "-o", OPTIONS, image.toString(), mount.toString()).runSuccessfully();
  }

  /** As if the power went: nothing more is written, and every access fails until it comes back. */
  public synchronized void cut() {
    try {
      LibC.shutDownExt4(mount);
      shutDown = true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whoever writes to it waits, until {@link #thaw}. */
  public synchronized void freeze() {
    Command.of("fsfreeze", "--freeze", mount.toString()).runSuccessfully();
  }

  public synchronized void thaw() {
    Command.of("fsfreeze", "--unfreeze", mount.toString()).runSuccessfully();
  }

  /** Unmounts it and mounts it again; nobody may be using it. */
  public synchronized void remount() {
    unmount();
    mount();
    shutDown = false;
  }

  /** Unmounts it; waits until nobody uses it. */
  public synchronized void unmount() {
    Await.until(
        mount + " can be unmounted",
        BUSY_LIMIT,
        () -> Command.of("umount", mount.toString()).run().exitCode() == 0,
        () -> Command.of("umount", mount.toString()).run().output());
  }

  public synchronized boolean isShutDown() {
    return shutDown;
  }

  /** Takes space away until only so much is left. */
  public synchronized void fill(long leftBytes) {
    try {
      long free = Files.getFileStore(mount).getUsableSpace();
      if (free > leftBytes) {
        Command.of("fallocate", "--length", "" + (free - leftBytes), filler().toString())
            .runSuccessfully();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes all space away, to the last byte, while others write. */
  public synchronized void fillUp() {
    fill(FILLED_BY_HAND);
    // It ends when there is no space left.
    Command.of("dd", "if=/dev/zero", "of=" + lastFiller(), "bs=4k").run();
  }

  /** Gives the space back. */
  public synchronized void empty() {
    try {
      Files.deleteIfExists(filler());
      Files.deleteIfExists(lastFiller());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path lastFiller() {
    return mount.resolve("last-filler");
  }

  private Path filler() {
    return mount.resolve("filler");
  }
}
