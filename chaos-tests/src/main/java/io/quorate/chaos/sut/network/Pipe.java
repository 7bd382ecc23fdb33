package io.quorate.chaos.sut.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * One direction of a proxied connection: one thread reads and stamps, another writes when it is
 * time, so that delay does not cost throughput. At most {@link #CHUNKS} chunks wait in between.
 */
final class Pipe {

  private static final int CHUNKS = 1024;
  private static final int CHUNK_BYTES = 16 * 1024;
  private static final long STALL_LOOK_NANOS = 5_000_000;
  private static final Chunk END = new Chunk(new byte[0], 0);

  private record Chunk(byte[] bytes, long readAt) {}

  private final Socket from;
  private final Socket to;
  private final Supplier<Shape> shape;
  private final Runnable broken;
  private final BlockingQueue<Chunk> waiting = new ArrayBlockingQueue<>(CHUNKS);

  Pipe(Socket from, Socket to, Supplier<Shape> shape, Runnable broken) {
    this.from = from;
    this.to = to;
    this.shape = shape;
    this.broken = broken;
  }

  void start(String name) {
    for (Runnable half : new Runnable[] {this::read, this::write}) {
      Thread thread = new Thread(half, name);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void read() {
    try {
      InputStream in = from.getInputStream();
      byte[] buffer = new byte[CHUNK_BYTES];
      while (true) {
        int read = in.read(buffer);
        if (read < 0) {
          waiting.put(END);
          return;
        }
        waiting.put(new Chunk(java.util.Arrays.copyOf(buffer, read), System.nanoTime()));
      }
    } catch (IOException e) {
      broken.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    try {
      OutputStream out = to.getOutputStream();
      while (true) {
        Chunk chunk = waiting.take();
        holdBack(chunk);
        if (chunk == END) {
          to.shutdownOutput();
          return;
        }
        out.write(chunk.bytes());
      }
    } catch (IOException e) {
      broken.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void holdBack(Chunk chunk) throws IOException {
    Shape now = shape.get();
    long jitter = now.jitter().toNanos();
    long due =
        chunk.readAt()
            + now.delay().toNanos()
            + (jitter == 0 ? 0 : ThreadLocalRandom.current().nextLong(jitter));
    while (true) {
      if (to.isClosed()) {
        throw new IOException("closed");
      }
      boolean stalled = shape.get().stalled();
      long left = due - System.nanoTime();
      if (!stalled && left <= 0) {
        return;
      }
      LockSupport.parkNanos(stalled ? STALL_LOOK_NANOS : Math.min(left, STALL_LOOK_NANOS));
    }
  }
}
