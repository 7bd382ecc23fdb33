package io.quorate.chaos.fault;

import io.quorate.chaos.check.Checks;
import io.quorate.chaos.cluster.ClusterExtension.OnSharedCluster;
import io.quorate.chaos.cluster.LocalCluster;
import io.quorate.chaos.load.Load;
import io.quorate.chaos.load.LoadOptions;
import org.junit.jupiter.api.Test;

/**
 * All nodes die at once during publishing: every confirmed message is there when they are started
 * again.
 */
@OnSharedCluster
class AllNodesKilledIT {

  @Test
  void everyConfirmedMessageIsThere(LocalCluster cluster) throws Exception {
    LoadOptions fast = LoadOptions.moderate().withRate(2000);
    try (Load load = new Load(cluster, "all-killed", fast).declareQueue(2)) {
      load.publisher(1).publisher(2).publisher(3).awaitConfirms(3000);

      cluster.kill(1, 2, 3);
      load.abortPublishing();
      cluster.start(1, 2, 3);
      cluster.awaitReady();

      load.consumer(1).consumer(2, 3).awaitDeliveries(1);
      Checks.assertValid("all-killed", load.finish());
    } finally {
      cluster.heal();
    }
  }

  @Test
  void whatWasOutWithConsumersComesAgainWithTheFlag(LocalCluster cluster) throws Exception {
    try (Load load =
        new Load(cluster, "all-killed-consuming", LoadOptions.moderate()).declareQueue(3)) {
      load.publisher(1).publisher(2, 3).publisher(3, 1);
      load.consumer(1, 2).consumer(2, 3).consumer(3, 1);
      load.awaitConfirms(2000).awaitDeliveries(2000);

      cluster.kill(1, 2, 3);
      cluster.start(1, 2, 3);
      cluster.awaitReady();

      load.awaitConfirms(1000).awaitDeliveries(1000);
      Checks.assertValid("all-killed-consuming", load.finish());
    } finally {
      cluster.heal();
    }
  }
}
