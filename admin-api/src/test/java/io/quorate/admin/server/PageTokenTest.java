package io.quorate.admin.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class PageTokenTest {

  @Property
  void comesBackAsItWas(
      @ForAll @StringLength(max = 100) String vhost, @ForAll @StringLength(max = 255) String name) {
    PageToken token = new PageToken(vhost, name);
    assertThat(PageToken.decode(token.encode())).isEqualTo(token);
  }

  @Property
  void garbageIsRefused(@ForAll @StringLength(min = 1, max = 40) String garbage) {
    try {
      assertThat(PageToken.decode(garbage).encode()).isEqualTo(garbage);
    } catch (StatusRuntimeException refused) {
      assertThat(refused).hasMessageContaining("page_token");
    }
  }

  @Test
  void bytesAfterTheEndAreRefused() {
    String token = new PageToken("/", "q").encode();
    assertThatThrownBy(() -> PageToken.decode(token + "AAAA"))
        .isInstanceOf(StatusRuntimeException.class);
  }
}
