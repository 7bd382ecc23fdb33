package io.quorate.raftqueue.metadata;

import com.google.protobuf.ByteString;
import io.quorate.raftqueue.api.DefinitionCommand;
import io.quorate.raftqueue.api.DefinitionCommand.BindExchange;
import io.quorate.raftqueue.api.DefinitionCommand.BindQueue;
import io.quorate.raftqueue.api.DefinitionCommand.ConnectionClosed;
import io.quorate.raftqueue.api.DefinitionCommand.CreateVhost;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareExchange;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareQueue;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteExchange;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteQueue;
import io.quorate.raftqueue.api.DefinitionCommand.DeleteReplacedQueue;
import io.quorate.raftqueue.api.DefinitionCommand.NodeStarted;
import io.quorate.raftqueue.api.DefinitionCommand.UnbindExchange;
import io.quorate.raftqueue.api.DefinitionCommand.UnbindQueue;
import io.quorate.raftqueue.api.ExchangeDefinition;
import io.quorate.raftqueue.api.QueueRef;
import io.quorate.raftqueue.metadata.MetadataCommand.Define;
import io.quorate.raftqueue.metadata.MetadataCommand.PutCredentials;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;

/** Random commands over few names, so that they meet. */
final class Commands {

  static final List<String> VHOSTS = List.of("/", "v");
  static final List<String> EXCHANGES = List.of("", "amq.topic", "e1", "e2", "e3", "amq.x");
  static final List<String> QUEUES = List.of("q1", "q2", "q3", "a");
  static final List<String> KEYS = List.of("", "a", "a.b", "#", "*.b", "q1");
  static final List<Map<String, Object>> TABLES =
      List.of(
          Map.of(),
          Map.of("h", 1),
          Map.of("h", 1L),
          Map.of("h", "1"),
          Map.of("x-match", "any", "h", 1, "g", 2),
          Map.of("x-match", "wrong"));

  private static final Arbitrary<String> VHOST =
      Arbitraries.frequency(Tuple.of(9, "/"), Tuple.of(3, "v"), Tuple.of(1, "none"));
  private static final Arbitrary<String> EXCHANGE =
      Arbitraries.frequency(
          Tuple.of(6, "e1"),
          Tuple.of(6, "e2"),
          Tuple.of(6, "e3"),
          Tuple.of(3, "amq.topic"),
          Tuple.of(1, ""),
          Tuple.of(1, "amq.x"));
  private static final Arbitrary<String> QUEUE = Arbitraries.of(QUEUES);
  private static final Arbitrary<String> KEY = Arbitraries.of(KEYS);
  private static final Arbitrary<Map<String, Object>> TABLE = Arbitraries.of(TABLES);
  private static final Arbitrary<Boolean> RARELY =
      Arbitraries.frequency(Tuple.of(5, false), Tuple.of(1, true));
  private static final Arbitrary<Boolean> EVENLY = Arbitraries.of(false, true);
  private static final Arbitrary<Boolean> OFTEN =
      Arbitraries.frequency(Tuple.of(1, false), Tuple.of(4, true));
  private static final Arbitrary<String> OWNER = Arbitraries.of("c1", "c2").injectNull(0.3);

  private Commands() {}

  static Arbitrary<List<MetadataCommand>> lists() {
    return any()
        .list()
        .ofMinSize(1)
        .ofMaxSize(120)
        .withSizeDistribution(RandomDistribution.uniform());
  }

  static Arbitrary<MetadataCommand> any() {
    return Arbitraries.frequencyOf(
        Tuple.of(4, define(exchanges().map(DeclareExchange::new))),
        Tuple.of(1, define(Combinators.combine(VHOST, EXCHANGE, RARELY).as(DeleteExchange::new))),
        Tuple.of(6, define(queues())),
        Tuple.of(3, define(Arbitraries.longs().between(1, 12).map(DeleteQueue::new))),
        Tuple.of(1, define(Arbitraries.longs().between(1, 12).map(DeleteReplacedQueue::new))),
        Tuple.of(8, define(bindings(QUEUE, BindQueue::new))),
        Tuple.of(2, define(bindings(QUEUE, UnbindQueue::new))),
        Tuple.of(5, define(bindings(EXCHANGE, BindExchange::new))),
        Tuple.of(2, define(bindings(EXCHANGE, UnbindExchange::new))),
        Tuple.of(1, define(Arbitraries.of("v", "/", "").map(CreateVhost::new))),
        Tuple.of(1, define(Arbitraries.of("c1", "c2").map(ConnectionClosed::new))),
        Tuple.of(
            1,
            define(
                Combinators.combine(Arbitraries.of(1, 2), Arbitraries.longs().between(1, 4))
                    .as(NodeStarted::new))),
        Tuple.of(1, users()));
  }

  private static Arbitrary<MetadataCommand> define(
      Arbitrary<? extends DefinitionCommand> commands) {
    return commands.map(Define::new);
  }

  private static Arbitrary<ExchangeDefinition> exchanges() {
    Arbitrary<String> types =
        Arbitraries.frequency(
            Tuple.of(4, "direct"),
            Tuple.of(4, "fanout"),
            Tuple.of(4, "topic"),
            Tuple.of(4, "headers"),
            Tuple.of(1, "bogus"));
    Arbitrary<Map<String, Object>> arguments =
        Arbitraries.frequency(
            Tuple.of(6, Map.of()),
            Tuple.of(2, Map.of("alternate-exchange", "e1")),
            Tuple.of(2, Map.of("alternate-exchange", "e2")),
            Tuple.of(1, Map.of("alternate-exchange", 1)));
    return Combinators.combine(VHOST, EXCHANGE, types, OFTEN, EVENLY, RARELY, arguments)
        .as(ExchangeDefinition::new);
  }

  private static Arbitrary<DeclareQueue> queues() {
    Arbitrary<Map<String, Object>> arguments =
        Arbitraries.frequency(
            Tuple.of(6, Map.of()),
            Tuple.of(2, Map.of("x-expires", 5)),
            Tuple.of(2, Map.of("x-expires", 5L, "other", 1)),
            Tuple.of(1, Map.of("x-expires", 0)));
    return Combinators.combine(
            VHOST,
            QUEUE,
            OFTEN,
            RARELY,
            RARELY,
            OWNER,
            Arbitraries.of(0, 1, QueueRef.localShard(1), QueueRef.localShard(2)),
            arguments)
        .as(DeclareQueue::new);
  }

  private interface BindingCommand {
    DefinitionCommand of(
        String vhost, String source, String destination, String key, Map<String, Object> arguments);
  }

  private static Arbitrary<DefinitionCommand> bindings(
      Arbitrary<String> destinations, BindingCommand command) {
    return Combinators.combine(VHOST, EXCHANGE, destinations, KEY, TABLE).as(command::of);
  }

  private static Arbitrary<MetadataCommand> users() {
    return Combinators.combine(Arbitraries.of("u1", "u2", ""), Arbitraries.integers().between(1, 3))
        .as(
            (user, number) ->
                new PutCredentials(
                    user,
                    new PasswordHash(
                        ByteString.copyFromUtf8("salt"), number, ByteString.copyFromUtf8("hash"))));
  }
}
