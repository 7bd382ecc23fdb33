package org.apache.ratis.util;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.zip.Checksum;
import org.junit.jupiter.api.Test;

/** Ours, which comes first in the class path, against Ratis's own. */
class PureJavaCrc32CTest {
  private static final int ROUNDS = 2_000;
  private final Random random = new Random(31);

  @Test
  void oursComesFirst() {
    assertThat(PureJavaCrc32C.class.getProtectionDomain().getCodeSource().getLocation())
        .isEqualTo(
            io.quorate.raftqueue.raft.RaftNode.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation());
  }

  @Test
  void sumsAreThoseOfRatis() throws Exception {
    URL jar = SizeInBytes.class.getProtectionDomain().getCodeSource().getLocation();
    try (URLClassLoader alone = new URLClassLoader(new URL[] {jar}, null)) {
      Class<?> original = alone.loadClass(PureJavaCrc32C.class.getName());
      assertThat(original).isNotSameAs(PureJavaCrc32C.class);
      for (int i = 0; i < ROUNDS; i++) {
        Checksum theirs = (Checksum) original.getConstructor().newInstance();
        Checksum ours = new PureJavaCrc32C();
        feed(theirs, ours);
        assertThat(ours.getValue()).isEqualTo(theirs.getValue());
        ours.reset();
        theirs.reset();
        assertThat(ours.getValue()).isEqualTo(theirs.getValue());
      }
    }
  }

  private void feed(Checksum theirs, Checksum ours) {
    byte[] bytes = new byte[random.nextInt(3_000)];
    random.nextBytes(bytes);
    int from = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
    for (Checksum sum : new Checksum[] {theirs, ours}) {
      sum.update(bytes, from, bytes.length - from);
      sum.update(from);
      sum.update(buffer(bytes, from));
      sum.update(ByteBuffer.wrap(bytes, 0, from));
    }
  }

  private static ByteBuffer buffer(byte[] bytes, int from) {
    ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.BIG_ENDIAN);
    direct.put(bytes);
    direct.flip().position(from);
    return direct;
  }

  @Test
  void aBufferStaysWhereItIs() {
    ByteBuffer buffer = buffer(new byte[100], 7);
    new PureJavaCrc32C().update(buffer);
    assertThat(buffer.position()).isEqualTo(7);
    assertThat(buffer.limit()).isEqualTo(100);
  }
}
