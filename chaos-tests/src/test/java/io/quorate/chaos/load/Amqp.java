package io.quorate.chaos.load;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.quorate.chaos.cluster.LocalCluster;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** Connections of the standard Java client. */
public final class Amqp {

  private Amqp() {}

  /** A factory for connections to a node that end for good when the node does. */
  public static ConnectionFactory factory(LocalCluster cluster, int node) {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(cluster.ports().amqp(node));
    factory.setAutomaticRecoveryEnabled(false);
    factory.setConnectionTimeout(2000);
    factory.setHandshakeTimeout(10_000);
    factory.setChannelRpcTimeout(20_000);
    return factory;
  }

  public static Connection connect(LocalCluster cluster, int node)
      throws IOException, TimeoutException {
    return factory(cluster, node).newConnection();
  }
}
