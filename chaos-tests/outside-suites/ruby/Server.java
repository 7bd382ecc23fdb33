import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quorate.amqp.FrontendConfig;
import io.quorate.amqp.netty.AmqpServer;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.QueueStore;
import io.quorate.raftqueue.store.ReplicatedStore;
import io.quorate.raftqueue.store.StoreConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A node's store and AMQP server on 127.0.0.1:5672, with the virtual hosts and users that bunny's suite expects: a node of the
 * distribution cannot be given any yet. Its class path is the lib directory of the distribution; it runs until it is ended.
 */
public final class Server {

  private static final int RAFT_PORT = 6671;
  private static final List<String> VHOSTS =
      List.of("/", "bunny_testbed", "bunny_dqt_classic", "bunny_dqt_quorum", "bunny_dqt_stream");

  public static void main(String[] args) throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Path data = Files.createTempDirectory("quorate-bunny");
    List<StoreConfig.Node> nodes = List.of(new StoreConfig.Node(1, "127.0.0.1", RAFT_PORT));
    ReplicatedStore store = ReplicatedStore.open(StoreConfig.of("bunny", 1, nodes, data), registry);
    while (!store.ready()) {
      Thread.sleep(50);
    }
    QueueStore queues = store.queues();
    for (String vhost : VHOSTS) {
      queues.define(new DefinitionCommand.CreateVhost(vhost)).get();
    }
    queues.define(new DefinitionCommand.PutUser("guest", "guest")).get();
    queues.define(new DefinitionCommand.PutUser("bunny_gem", "bunny_password")).get();
    queues.define(new DefinitionCommand.PutUser("bunny_reader", "reader_password")).get();
    AmqpServer.start(FrontendConfig.defaults("127.0.0.1", 5672), queues, registry);
    System.out.println("ready");
    Thread.currentThread().join();
  }

  private Server() {}
}
