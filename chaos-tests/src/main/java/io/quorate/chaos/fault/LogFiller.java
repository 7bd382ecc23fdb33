package io.quorate.chaos.fault;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.quorate.chaos.sut.ClusterUnderTest;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Moves the log of one shard on by some segments, in a queue of its own: so that a node that is
 * away has to get a snapshot when it comes back, whatever the load is.
 */
final class LogFiller {

  private static final String QUEUE = "chaos.filler";
  private static final int MESSAGE_BYTES = 512 * 1024;
  private static final int MESSAGES_PER_BATCH = 8;
  private static final int BATCHES = 10;
  private static final long CONFIRM_LIMIT_MS = 30_000;

  private LogFiller() {}

  /**
   * Publishes to a node, and empties the queue again, but for the last messages: a snapshot is not
   * sent in no time then. Says whether all was confirmed.
   */
  static boolean fill(ClusterUnderTest cluster, int node) {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setAutomaticRecoveryEnabled(false);
    factory.setConnectionTimeout(5000);
    try {
      factory.setUri(cluster.amqpUri(node));
      try (Connection connection = factory.newConnection("filler");
          Channel channel = connection.createChannel()) {
        channel.queueDeclare(QUEUE, true, false, false, Map.of());
        channel.confirmSelect();
        byte[] body = new byte[MESSAGE_BYTES];
        for (int batch = 0; batch < BATCHES; batch++) {
          channel.queuePurge(QUEUE);
          for (int i = 0; i < MESSAGES_PER_BATCH; i++) {
            channel.basicPublish("", QUEUE, MessageProperties.PERSISTENT_BASIC, body);
          }
          channel.waitForConfirmsOrDie(CONFIRM_LIMIT_MS);
        }
        return true;
      }
    } catch (IOException
        | TimeoutException
        | InterruptedException
        | java.net.URISyntaxException
        | java.security.GeneralSecurityException
        | com.rabbitmq.client.ShutdownSignalException e) {
      return false;
    }
  }
}
