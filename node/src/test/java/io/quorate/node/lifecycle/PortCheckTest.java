package io.quorate.node.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class PortCheckTest {

  @Test
  void namesAllPortsThatAreTaken() throws Exception {
    try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        ServerSocket two = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      PortCheck check =
          new PortCheck()
              .add("amqp.port", "127.0.0.1", one.getLocalPort())
              .add("free", "127.0.0.1", 0)
              .add("http.port", "127.0.0.1", two.getLocalPort());
      StartException failure = catchThrowableOfType(StartException.class, check::run);
      assertThat(failure.exitCode()).isEqualTo(ExitCode.PORT);
      assertThat(failure)
          .hasMessageContaining("127.0.0.1:" + one.getLocalPort() + " (amqp.port)")
          .hasMessageContaining("127.0.0.1:" + two.getLocalPort() + " (http.port)");
      assertThat(failure.getMessage()).doesNotContain("free");
    }
  }

  @Test
  void freePortsPass() throws Exception {
    new PortCheck().add("amqp.port", "127.0.0.1", 0).run();
  }
}
