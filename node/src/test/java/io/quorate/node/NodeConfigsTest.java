package io.quorate.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.admin.server.AdminConfig;
import io.quorate.amqp.FrontendConfig;
import io.quorate.node.config.Configuration;
import io.quorate.raftqueue.store.StoreConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The defaults that are documented are those that the parts have themselves. */
class NodeConfigsTest {

  @Test
  void defaultSettingsAreTheDefaultsOfTheParts() throws Exception {
    Configuration settings = Configuration.load(null, Map.of(), Map.of("cluster.name", "c"));

    assertThat(NodeConfigs.frontend(settings))
        .isEqualTo(FrontendConfig.defaults("127.0.0.1", 5672));
    assertThat(NodeConfigs.admin(settings)).isEqualTo(AdminConfig.of("127.0.0.1", 7671));
    StoreConfig expected =
        StoreConfig.of(
            "c", 1, List.of(new StoreConfig.Node(1, "127.0.0.1", 6671)), Path.of("/d/store"));
    assertThat(NodeConfigs.store(settings, Path.of("/d")))
        .usingRecursiveComparison()
        .ignoringFields("bindHost")
        .isEqualTo(expected);
  }
}
