package io.quorate.amqp.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Golden conversations: what the server answers, field by field and frame by frame. With {@code
 * -Dquorate.rewrite-conversations=true} the files are rewritten with what was heard; read the
 * difference before you commit it.
 */
@ExtendWith(SharedBroker.class)
class ConversationsTest {

  private static final Path DIRECTORY = Path.of("src/test/resources/conversations");
  private static final boolean REWRITE = Boolean.getBoolean("quorate.rewrite-conversations");

  private final InetSocketAddress server;

  ConversationsTest(InetSocketAddress server) {
    this.server = server;
  }

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("files")
  void plays(Path file) throws Exception {
    List<String> lines = Files.readAllLines(file);
    List<String> heard;
    Conversation conversation = new Conversation(server, SharedBroker.PEER != null);
    try (conversation) {
      heard = conversation.play(lines);
    } catch (IOException | RuntimeException | AssertionError e) {
      throw new AssertionError(
          conversation.differences(lines) + "broken off after:\n" + conversation, e);
    }
    if (REWRITE && !heard.equals(lines)) {
      Files.write(file, heard);
    } else {
      assertThat(String.join("\n", heard)).isEqualTo(String.join("\n", lines));
    }
  }
}
