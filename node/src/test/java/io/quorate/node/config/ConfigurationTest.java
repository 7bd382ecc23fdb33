package io.quorate.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {

  @TempDir Path directory;

  @Test
  void defaultsMakeAClusterOfOneNodeOnLoopback() throws Exception {
    Configuration configuration = load(Map.of(), Map.of());

    assertThat(configuration.get(Settings.AMQP_PORT)).isEqualTo(5672);
    assertThat(configuration.clusterNodes()).containsExactly(new NodeAddress(1, "127.0.0.1", 6671));
    assertThat(configuration.amqpHost()).isEqualTo("127.0.0.1");
    assertThat(configuration.describe()).isEmpty();
  }

  @Test
  void laterSourcesOverrideEarlierOnes() throws Exception {
    Path file = file("amqp.port = 1001", "http.port=1002", "admin.port = 1003", "# a comment", "");

    Configuration configuration =
        Configuration.load(
            file,
            Map.of("QUORATE_HTTP_PORT", "2002", "QUORATE_ADMIN_PORT", "2003", "PATH", "/bin"),
            Map.of("admin.port", "3003"));

    assertThat(configuration.get(Settings.AMQP_PORT)).isEqualTo(1001);
    assertThat(configuration.get(Settings.HTTP_PORT)).isEqualTo(2002);
    assertThat(configuration.get(Settings.ADMIN_PORT)).isEqualTo(3003);
    assertThat(configuration.describe())
        .contains(
            "http.port = 2002 (environment variable QUORATE_HTTP_PORT)",
            "admin.port = 3003 (command line)")
        .anyMatch(line -> line.startsWith("amqp.port = 1001") && line.contains("line 1"));
  }

  @Test
  void everySettingHasOneEnvironmentNameAndOneFlag() {
    assertThat(Settings.all()).extracting(Setting::environmentName).doesNotHaveDuplicates();
    assertThat(Settings.all()).extracting(Setting::flagName).doesNotHaveDuplicates();
    assertThat(Settings.AMQP_FRAME_MAX.environmentName()).isEqualTo("QUORATE_AMQP_FRAME_MAX");
    assertThat(Settings.AMQP_FRAME_MAX.flagName()).isEqualTo("--amqp-frame-max");
  }

  @Test
  void unknownSettingNamesTheNearest() throws Exception {
    assertThat(problems(file("amqp.prot = 5672"), Map.of(), Map.of()))
        .singleElement()
        .asString()
        .endsWith("line 1: no setting is called 'amqp.prot'. Did you mean 'amqp.port'?");
    assertThat(problems(null, Map.of(), Map.of("utterly.else", "1")))
        .containsExactly("command line: no setting is called 'utterly.else'.");
  }

  @Test
  void environmentVariableThatLooksLikeASlipIsAProblemAndOthersAreNot() throws Exception {
    assertThat(problems(null, Map.of("QUORATE_AMQP_PROT", "1"), Map.of()))
        .containsExactly(
            "environment variable QUORATE_AMQP_PROT: no such setting. Did you mean"
                + " 'QUORATE_AMQP_PORT'?");
    load(
        Map.of(
            "QUORATE_HEAP", "1g",
            "QUORATE_REQUIRE_CLIENTS", "1",
            "QUORATE_PORT_5672_TCP_ADDR", "10.0.0.1",
            "QUORATE_SERVICE_HOST", "10.0.0.1"),
        Map.of());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "amqp.port|abc|not a whole number, 0 to 65535",
        "amqp.port|70000|out of range; expected a whole number, 0 to 65535",
        "amqp.frame-max|12|out of range; expected bytes such as",
        "amqp.frame-max|99999999999GiB|out of range",
        "amqp.frame-max|1 parsec|not bytes such as",
        "amqp.heartbeat|60|the unit is missing; not a time such as",
        "amqp.heartbeat|1500ms|amqp.heartbeat must be whole seconds",
        "log.level|loud|not one of error, warn, info, debug, trace",
        "cluster.name|a b|not 1 to 64 letters",
        "cluster.nodes|1@host|'1@host' is not a node; expected id@host:port",
        "cluster.nodes|0@host:1|out of range; node id and port are 1 to 65535",
        "cluster.nodes|1@a:1,1@b:2|node 1 is there twice",
        "cluster.nodes|1@a:1,2@a:1|a:1 is there twice",
        "cluster.nodes|2@a:1|node.id = 1, but cluster.nodes has only [2@a:1]",
        "raft.election-timeout-max|150ms|must be greater than raft.election-timeout-min (200 ms)",
        "replication|2|replication must be odd",
        "http.port|5672|amqp.port and http.port are both 5672",
      })
  void invalidValueSaysWhatWouldBeRight(String name, String value, String expected)
      throws Exception {
    assertThat(problems(null, Map.of(), Map.of(name, value)))
        .singleElement()
        .asString()
        .contains(expected);
  }

  @Test
  void allProblemsAreToldAtOnce() throws Exception {
    assertThat(
            problems(
                file("amqp.port = x", "nonsense", "amqp.port = 1"),
                Map.of("QUORATE_HTTP_PORT", "y"),
                Map.of("log.level", "z")))
        .hasSize(5);
  }

  @Test
  void missingFileIsAProblem() {
    assertThat(problems(directory.resolve("none.conf"), Map.of(), Map.of()))
        .singleElement()
        .asString()
        .endsWith("none.conf does not exist");
  }

  @Test
  void binaryFileIsAProblem() throws Exception {
    Path file = directory.resolve("binary.conf");
    Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThat(problems(file, Map.of(), Map.of()))
        .singleElement()
        .asString()
        .endsWith("is not UTF-8 text");
  }

  @Test
  void secretsAreNotShown() throws Exception {
    Configuration configuration = load(Map.of(), Map.of("default.password", "hunter2"));
    assertThat(configuration.get(Settings.DEFAULT_PASSWORD)).isEqualTo("hunter2");
    assertThat(String.join("\n", configuration.describe())).doesNotContain("hunter2");
    assertThat(problems(null, Map.of(), Map.of("default.password", "h".repeat(300))).toString())
        .doesNotContain("hhh");
  }

  @Test
  void unitsAreUnderstood() throws Exception {
    Configuration configuration =
        load(
            Map.of("QUORATE_SNAPSHOT_BYTES", "2GiB"),
            Map.of("amqp.heartbeat", "2 m", "amqp.frame-max", "64k", "stop.timeout", "2500ms"));
    assertThat(configuration.get(Settings.SNAPSHOT_BYTES)).isEqualTo(2L << 30);
    assertThat(configuration.get(Settings.AMQP_HEARTBEAT)).isEqualTo(Duration.ofMinutes(2));
    assertThat(configuration.get(Settings.AMQP_FRAME_MAX)).isEqualTo(65536);
    assertThat(configuration.get(Settings.STOP_TIMEOUT)).isEqualTo(Duration.ofMillis(2500));
  }

  @Test
  void noMessageMayBeLargerThanAnEntryOfALog() throws Exception {
    assertThat(
            load(Map.of(), Map.of("amqp.max-message-bytes", "16MiB"))
                .get(Settings.AMQP_MAX_MESSAGE_BYTES))
        .isEqualTo(16L << 20);
    assertThat(problems(null, Map.of(), Map.of("amqp.max-message-bytes", "17MiB")))
        .singleElement()
        .asString()
        .contains("amqp.max-message-bytes")
        .contains("17MiB")
        .contains("1KiB to 16MiB");
  }

  @Test
  void thisNodeIsFoundAmongTheNodes() throws Exception {
    Configuration configuration =
        load(Map.of(), Map.of("node.id", "2", "cluster.nodes", "1@a:1, 2@[::1]:2,3@c:3"));
    assertThat(configuration.thisNode()).isEqualTo(new NodeAddress(2, "[::1]", 2));
    assertThat(
            problems(
                null,
                Map.of(),
                Map.of("node.id", "2", "cluster.nodes", "1@a:1,2@b:2", "raft.port", "9")))
        .singleElement()
        .asString()
        .contains("leave raft.port out");
  }

  private Path file(String... lines) throws Exception {
    return Files.write(directory.resolve("test.conf"), List.of(lines));
  }

  private static Configuration load(Map<String, String> environment, Map<String, String> flags)
      throws ConfigurationException {
    return Configuration.load(null, environment, flags);
  }

  private static List<String> problems(
      Path file, Map<String, String> environment, Map<String, String> flags) {
    return catchThrowableOfType(
            ConfigurationException.class, () -> Configuration.load(file, environment, flags))
        .problems();
  }
}
