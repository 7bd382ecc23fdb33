import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Publish and subscribe through a topic exchange: each subscriber gets what it is interested in.
 *
 * <p>Usage: java PublishSubscribe.java [URL of a node]
 */
public class PublishSubscribe {
  public static void main(String[] args) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(args.length > 0 ? args[0] : "amqp://guest:guest@127.0.0.1:5672/%2f");
    try (Connection connection = factory.newConnection();
        Channel channel = connection.createChannel()) {
      channel.exchangeDeclare("weather", "topic", true);
      CountDownLatch received = new CountDownLatch(5);
      List<String> alpine = subscribe(connection, "*.alps.#", received);
      List<String> storms = subscribe(connection, "storm.#", received);

      channel.confirmSelect();
      for (String key : List.of("snow.alps.west", "storm.alps.east", "storm.coast", "sun.coast", "rain.alps")) {
        channel.basicPublish("weather", key, null, key.getBytes(StandardCharsets.UTF_8));
      }
      channel.waitForConfirmsOrDie(5_000);
      if (!received.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("not everything came: " + alpine + " " + storms);
      }
      System.out.println("alpine: " + alpine);
      System.out.println("storms: " + storms);
    }
  }

  /** A queue without a name belongs to its connection and goes with it. */
  private static List<String> subscribe(Connection connection, String interest, CountDownLatch received)
      throws Exception {
    Channel channel = connection.createChannel();
    String queue = channel.queueDeclare().getQueue();
    channel.queueBind(queue, "weather", interest);
    List<String> got = new CopyOnWriteArrayList<>();
    channel.basicConsume(
        queue,
        true,
        (tag, delivery) -> {
          got.add(new String(delivery.getBody(), StandardCharsets.UTF_8));
          received.countDown();
        },
        tag -> {});
    return got;
  }
}
