package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.amqp.protocol.ContentHeader;
import io.quorate.amqp.protocol.method.BasicPublish;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What unfinished messages hold is counted, whatever their frames look like. */
class ContentAssemblyTest {

  private final AtomicInteger held = new AtomicInteger();
  private final ContentAssembly assembly = new ContentAssembly(1 << 20, held::addAndGet);

  private void begin(long bodyBytes, int propertyBytes) {
    assembly.begin(new BasicPublish("", "queue", false, false));
    assertThat(assembly.onHeader(ContentHeader.of(bodyBytes, new byte[propertyBytes]))).isNull();
  }

  @Test
  void emptyPartsAreNotKept() {
    begin(2, 2);
    int before = held.get();
    for (int i = 0; i < 1_000; i++) {
      assertThat(assembly.onBody(ByteString.EMPTY)).isNull();
    }
    assertThat(held.get()).isEqualTo(before);
    assertThat(assembly.onBody(ByteString.copyFromUtf8("a"))).isNull();
    assertThat(assembly.onBody(ByteString.EMPTY)).isNull();
    ContentAssembly.Content content = assembly.onBody(ByteString.copyFromUtf8("b"));
    assertThat(content).isNotNull();
    assertThat(content.body().toStringUtf8()).isEqualTo("ab");
    assertThat(held.get()).isZero();
  }

  @Test
  void smallPartsCountWhatTheyTake() {
    begin(1_000, 2);
    int before = held.get();
    for (int i = 0; i < 500; i++) {
      assembly.onBody(ByteString.copyFromUtf8("x"));
    }
    assertThat(held.get() - before).isGreaterThanOrEqualTo(500 * 40);
  }

  @Test
  void propertiesCountFromTheHeaderOn() {
    begin(10, 100_000);
    assertThat(held.get()).isGreaterThanOrEqualTo(100_000);
    assembly.abandon();
    assertThat(held.get()).isZero();
  }
}
