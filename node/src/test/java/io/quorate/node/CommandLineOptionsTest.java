package io.quorate.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.node.config.Configuration;
import io.quorate.node.config.ConfigurationException;
import io.quorate.node.config.Settings;
import io.quorate.node.lifecycle.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineOptionsTest {

  @TempDir Path directory;

  @Test
  void settingsAreFlagsAndSetOptions() throws Exception {
    Configuration configuration =
        configuration(
            "--amqp-port", "1", "--http-port=2", "--set", "admin.port=3", "--set=node.id=1");
    assertThat(configuration.get(Settings.AMQP_PORT)).isEqualTo(1);
    assertThat(configuration.get(Settings.HTTP_PORT)).isEqualTo(2);
    assertThat(configuration.get(Settings.ADMIN_PORT)).isEqualTo(3);
  }

  @Test
  void lastFlagWins() throws Exception {
    assertThat(configuration("--amqp-port", "1", "--amqp-port", "2").get(Settings.AMQP_PORT))
        .isEqualTo(2);
  }

  @Test
  void fileComesFromFlagOrEnvironment() throws Exception {
    Path one = Files.writeString(directory.resolve("one"), "amqp.port=1");
    Path two = Files.writeString(directory.resolve("two"), "amqp.port=2");
    Map<String, String> environment = Map.of("QUORATE_CONFIG", two.toString());
    assertThat(
            CommandLineOptions.parse(new String[0])
                .configuration(environment)
                .get(Settings.AMQP_PORT))
        .isEqualTo(2);
    assertThat(
            CommandLineOptions.parse(new String[] {"--config", one.toString()})
                .configuration(environment)
                .get(Settings.AMQP_PORT))
        .isEqualTo(1);
  }

  @Test
  void mistakesNameWhatWasMeant() {
    refused("there is no flag --amqp-prot. Did you mean '--amqp-port'?", "--amqp-prot", "1");
    refused("there is no flag --amqp-prot. Did you mean '--amqp-port'?", "--amqp-prot=1");
    refused("'start' is not a flag", "start");
    refused("--amqp-port", "--amqp-port");
    refused("no setting is called 'amqp.prot'. Did you mean 'amqp.port'?", "--set", "amqp.prot=1");
  }

  @Test
  void usageListsTheExitCodes() throws Exception {
    String usage = CommandLineOptions.parse(new String[0]).usage();
    for (ExitCode code : ExitCode.values()) {
      assertThat(usage).contains(code.number() + "  " + code.description());
    }
    assertThat(ExitCode.values()).extracting(ExitCode::number).doesNotHaveDuplicates();
  }

  private static Configuration configuration(String... arguments) throws ConfigurationException {
    return CommandLineOptions.parse(arguments).configuration(Map.of());
  }

  private static void refused(String expected, String... arguments) {
    assertThatThrownBy(() -> configuration(arguments))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(expected);
  }
}
