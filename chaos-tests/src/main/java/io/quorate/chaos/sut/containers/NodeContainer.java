package io.quorate.chaos.sut.containers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PropagationMode;
import com.github.dockerjava.api.model.SELContext;
import com.github.dockerjava.api.model.Volume;
import io.quorate.chaos.cluster.Await;
import io.quorate.chaos.sut.network.Namespace;
import io.quorate.chaos.sut.network.NodeNetwork;
import io.quorate.chaos.sut.node.NodeLayout;
import io.quorate.chaos.sut.node.NodeRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.utility.DockerImageName;

/**
 * A node in a container. The container outlives the node's process, which is run in it, killed and
 * run again: so its network, with the rules in it, and its mounts stay.
 */
final class NodeContainer implements NodeRuntime {

  private static final int EXEC_LIMIT_S = 20;

  private final NodeLayout layout;
  private final GenericContainer<?> container;
  private final NodeNetwork network;
  private @Nullable String running;

  private NodeContainer(NodeLayout layout, GenericContainer<?> container, NodeNetwork network) {
    this.layout = layout;
    this.container = container;
    this.network = network;
  }

  /**
   * Starts a container, without the node.
   *
   * @param shared the directory of all nodes, at the same path inside; mounts below it made later
   *     are seen
   */
  @SuppressWarnings("resource") // closed by release
  static NodeContainer start(
      NodeLayout layout, Path shared, String image, Network net, String address) {
    GenericContainer<?> container =
        new GenericContainer<>(DockerImageName.parse(image))
            .withNetwork(net)
            .withLabel(Engine.OWNER_LABEL, Engine.owner())
            .withCreateContainerCmdModifier(command -> shape(command, shared, address));
    container.start();
    InspectContainerResponse info =
        Engine.client().inspectContainerCmd(container.getContainerId()).exec();
    Long pid = Objects.requireNonNull(info.getState().getPidLong());
    Namespace namespace = new Namespace(Path.of("/proc/" + pid + "/ns/net"));
    return new NodeContainer(layout, container, new NodeNetwork(layout.node(), address, namespace));
  }

  private static void shape(CreateContainerCmd command, Path shared, String address) {
    HostConfig host = Objects.requireNonNull(command.getHostConfig());
    host.withBinds(
        new Bind(
            shared.toString(),
            new Volume(shared.toString()),
            AccessMode.rw,
            SELContext.none,
            null,
            PropagationMode.RSLAVE));
    host.withInit(true);
    command
        .withHostConfig(host)
        .withIpv4Address(address)
        // The disks that the harness makes are root's.
        .withUser("0")
        .withEntrypoint("sleep", "infinity");
  }

  @Override
  public int node() {
    return layout.node();
  }

  @Override
  public NodeNetwork network() {
    return network;
  }

  String containerId() {
    return container.getContainerId();
  }

  @Override
  public synchronized void launch() {
    try {
      Files.deleteIfExists(layout.pid()); // of the last time
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    running = execute("sh", layout.script().toString());
  }

  @Override
  public synchronized void signal(String name) {
    if (!isRunning()) {
      return;
    }
    await(execute("sh", "-c", "kill -" + name + " " + pid()));
  }

  /** A node that was started a moment ago has yet to say it. */
  private String pid() {
    String[] pid = {""};
    Await.until(
        "node " + node() + " has said its process id",
        Duration.ofSeconds(EXEC_LIMIT_S),
        () -> {
          pid[0] = Files.exists(layout.pid()) ? Files.readString(layout.pid()) : "";
          return pid[0].endsWith("\n");
        });
    return pid[0].trim();
  }

  @Override
  public synchronized boolean isRunning() {
    return running != null
        && Boolean.TRUE.equals(client().inspectExecCmd(running).exec().isRunning());
  }

  @Override
  public synchronized OptionalInt exitCode() {
    Long code = running == null ? null : client().inspectExecCmd(running).exec().getExitCodeLong();
    return code == null ? OptionalInt.empty() : OptionalInt.of(code.intValue());
  }

  private String execute(String... command) {
    String id = client().execCreateCmd(containerId()).withCmd(command).withUser("0").exec().getId();
    try {
      client()
          .execStartCmd(id)
          .withDetach(true)
          .exec(new ResultCallback.Adapter<Frame>())
          .awaitCompletion(EXEC_LIMIT_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
    return id;
  }

  private static void await(String execution) {
    Await.until(
        "a command in a container has ended",
        Duration.ofSeconds(EXEC_LIMIT_S),
        () -> Boolean.FALSE.equals(client().inspectExecCmd(execution).exec().isRunning()));
  }

  private static DockerClient client() {
    return Engine.client();
  }

  @Override
  public synchronized void release() {
    container.stop();
  }
}
