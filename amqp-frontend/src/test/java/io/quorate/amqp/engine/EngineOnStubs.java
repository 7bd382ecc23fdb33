package io.quorate.amqp.engine;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quorate.amqp.FrontendConfig;
import io.quorate.amqp.protocol.ByteArrayWriter;
import io.quorate.amqp.protocol.FrameDecoder;
import io.quorate.amqp.protocol.FrameWriter;
import io.quorate.amqp.protocol.Method;
import io.quorate.amqp.protocol.ProtocolConstants;
import io.quorate.amqp.protocol.method.ChannelOpen;
import io.quorate.amqp.protocol.method.ConnectionOpen;
import io.quorate.amqp.protocol.method.ConnectionStartOk;
import io.quorate.amqp.protocol.method.ConnectionTuneOk;
import io.quorate.raftqueue.api.Definitions;
import io.quorate.raftqueue.api.QueueStore;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The engine of one connection with its channel 1 open, on a store that answers as a test says and
 * when it says, and on a socket whose clock stands still: nothing here waits for time to pass.
 */
final class EngineOnStubs {

  /** What the engine wants to do later. */
  record Scheduled(long delayMs, Runnable task) {}

  private static final int FRAME_MAX = 131_072;

  final List<Method> written = new ArrayList<>();
  final List<Scheduled> scheduled = new ArrayList<>();
  boolean reading = true;
  int contents;

  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final ConnectionEngine engine;

  /** With a client that understands {@code connection.blocked}. */
  EngineOnStubs(FrontendConfig config, InvocationHandler ofStore, InvocationHandler ofDefinitions) {
    this(config, Map.of("connection.blocked", true), ofStore, ofDefinitions);
  }

  /**
   * The store answers {@code definitions} with those; for the rest the handlers are asked.
   *
   * @param capabilities what the client says that it understands
   */
  EngineOnStubs(
      FrontendConfig config,
      Map<String, Object> capabilities,
      InvocationHandler ofStore,
      InvocationHandler ofDefinitions) {
    Definitions definitions =
        stub(
            Definitions.class,
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "authenticate", "hasVhost" -> true;
                  default -> ofDefinitions.invoke(proxy, method, arguments);
                });
    QueueStore store =
        stub(
            QueueStore.class,
            (proxy, method, arguments) ->
                method.getName().equals("definitions")
                    ? definitions
                    : ofStore.invoke(proxy, method, arguments));
    EngineContext context =
        new EngineContext(
            config,
            store,
            new FrontendMetrics(new SimpleMeterRegistry()),
            System::nanoTime,
            prefix -> prefix + "1",
            Runnable::run,
            "test");
    engine =
        new ConnectionEngine(
            context,
            stub(Transport.class, (proxy, method, arguments) -> onTransport(method, arguments)),
            new Peer("test", true));
    login(capabilities);
  }

  private @Nullable Object onTransport(
      java.lang.reflect.Method method, @Nullable Object @Nullable [] arguments) {
    switch (method.getName()) {
      case "execute" -> tasks.add((Runnable) arguments[0]);
      case "schedule" -> scheduled.add(new Scheduled((long) arguments[0], (Runnable) arguments[1]));
      case "setReading" -> reading = (boolean) arguments[0];
      case "writeMethod" -> written.add((Method) arguments[1]);
      case "writeContent" -> contents++;
      default -> {
        // nobody looks
      }
    }
    Class<?> result = method.getReturnType();
    return result == boolean.class ? (Object) true : result == long.class ? 0L : null;
  }

  private void login(Map<String, Object> capabilities) {
    engine.onProtocolHeader();
    byte[] login = "\0user\0password".getBytes(StandardCharsets.UTF_8);
    send(0, new ConnectionStartOk(Map.of("capabilities", capabilities), "PLAIN", login, "en_US"));
    send(0, new ConnectionTuneOk(10, FRAME_MAX, 0));
    send(0, new ConnectionOpen("/"));
    send(1, new ChannelOpen());
    written.clear();
    scheduled.clear();
  }

  @SuppressWarnings("unchecked")
  private static <T> T stub(Class<T> type, InvocationHandler handler) {
    return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
  }

  void send(int channel, Method method) {
    ByteArrayWriter out = new ByteArrayWriter();
    FrameWriter.method(out, channel, method);
    FrameDecoder.forClient(FRAME_MAX).feed(ByteBuffer.wrap(out.toByteArray()), engine);
    runTasks();
  }

  /** A content header without properties, of an empty body. */
  void sendEmptyContent(int channel) {
    ByteBuffer header =
        ByteBuffer.allocate(14).putShort((short) ProtocolConstants.CLASS_BASIC).rewind();
    engine.onFrame(ProtocolConstants.FRAME_HEADER, channel, header);
    runTasks();
  }

  /** The connection's thread does what it was given to do. */
  void runTasks() {
    Runnable task;
    while ((task = tasks.poll()) != null) {
      task.run();
    }
  }
}
