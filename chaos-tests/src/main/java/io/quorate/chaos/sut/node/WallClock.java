package io.quorate.chaos.sut.node;

import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.sut.Machine;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The wall clocks of nodes: a library that nodes preload adds to theirs what a file of each says.
 * Monotonic clocks and waits stay the kernel's own, as they are when a machine's clock is set.
 */
public final class WallClock {

  private static final String SOURCE = "wall-clock.c";
  private static final String LIBRARY = "wall-clock.so";
  private static final Path HEADER = Path.of("/usr/include/dlfcn.h");

  private WallClock() {}

  /** Why clocks cannot be moved on this machine; empty if they can. */
  public static Optional<String> obstacle() {
    if (!Machine.missing("gcc").isEmpty() || !Files.exists(HEADER)) {
      return Optional.of("needs gcc and libc6-dev, not installed here");
    }
    return Optional.empty();
  }

  /**
   * What a node's environment has to be for its clock to be moved; compiles the library where that
   * has not been done yet.
   *
   * @throws AssertionError with the compiler's output if it fails
   */
  static Map<String, String> environment(NodeLayout layout) {
    Path directory = Objects.requireNonNull(layout.root().getParent(), "nodes share a directory");
    set(layout, Duration.ZERO);
    return Map.of(
        "LD_PRELOAD", library(directory).toString(),
        "WALL_CLOCK_FILE", layout.clock().toString());
  }

  private static Path library(Path directory) {
    Path library = directory.resolve(LIBRARY);
    if (Files.exists(library)) {
      return library;
    }
    Path source = directory.resolve(SOURCE);
    try (InputStream code =
        Objects.requireNonNull(WallClock.class.getResourceAsStream(SOURCE), SOURCE)) {
      Files.write(source, code.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Command.of(
            "gcc",
            "-shared",
            "-fPIC",
            "-O2",
            "-Wall",
            "-Werror",
            "-o",
            library.toString(),
            source.toString())
        .runSuccessfully();
    return library;
  }

  /**
   * Moves a node's clock.
   *
   * @param ahead of this machine's clock; negative is behind
   */
  static void set(NodeLayout layout, Duration ahead) {
    ByteBuffer value = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
    value.putLong(ahead.toNanos()).flip();
    // Never truncated: it is in the node's memory. A word of eight bytes is written as one.
    try (FileChannel file =
        FileChannel.open(layout.clock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(value, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
