package io.quorate.node.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReferenceTest {

  private static final Path PAGE = Path.of("..", "docs", "configuration.md");

  @Test
  void docsPageIsInSyncWithTheDeclarations() throws Exception {
    if (Boolean.getBoolean("docs.update")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, Reference.markdown());
    }
    assertThat(PAGE)
        .as("docs/configuration.md is generated; run with -Ddocs.update=true to write it anew")
        .hasContent(Reference.markdown());
  }

  @Test
  void textNamesEverySettingWithItsDefaultInLinesThatFit() {
    String text = Reference.text();
    for (Setting<?> setting : Settings.all()) {
      assertThat(text).contains("\n" + setting.name() + " =");
    }
    assertThat(text).contains("amqp.port = 5672\n");
    assertThat(text.lines()).allMatch(line -> line.length() <= 100);
  }
}
