package io.quorate.chaos.sut.containers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import io.quorate.chaos.cluster.Command;
import io.quorate.chaos.cluster.Distribution;
import io.quorate.chaos.cluster.Leftovers;
import io.quorate.chaos.cluster.Repository;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;

/** The Docker engine of this machine. */
final class Engine {

  /** On every container and network: whose it is. A process that is gone needs none any more. */
  static final String OWNER_LABEL = "io.quorate.chaos.owner";

  private static final Path DEFAULT_SOCKET = Path.of("/var/run/docker.sock");
  private static final String OWN_BASE = "quorate-base:latest";
  private static final Duration BUILD_LIMIT = Duration.ofMinutes(5);

  private Engine() {}

  static String owner() {
    return Leftovers.identity(ProcessHandle.current());
  }

  /** Why there is none to use; empty if one answers. */
  static Optional<String> obstacle() {
    // Asked first, since Testcontainers looks for long and complains much.
    if (System.getenv("DOCKER_HOST") == null && !Files.exists(DEFAULT_SOCKET)) {
      return Optional.of("no Docker engine: no " + DEFAULT_SOCKET + ", and DOCKER_HOST is not set");
    }
    return DockerClientFactory.instance().isDockerAvailable()
        ? Optional.empty()
        : Optional.of("no Docker engine answers");
  }

  static DockerClient client() {
    return DockerClientFactory.instance().client();
  }

  /**
   * Removes containers and networks of runs that were killed: Testcontainers' own cleaner is an
   * image from a hub, which may be out of reach.
   */
  static void sweep() {
    for (Container container :
        client()
            .listContainersCmd()
            .withShowAll(true)
            .withLabelFilter(List.of(OWNER_LABEL))
            .exec()) {
      if (isOrphan(container.getLabels())) {
        client().removeContainerCmd(container.getId()).withForce(true).exec();
      }
    }
    client().listNetworksCmd().exec().stream()
        .filter(network -> isOrphan(network.getLabels()))
        .forEach(network -> client().removeNetworkCmd(network.getId()).exec());
  }

  private static boolean isOrphan(Map<String, String> labels) {
    String owner = labels == null ? null : labels.get(OWNER_LABEL);
    return owner != null && !Leftovers.lives(owner);
  }

  /** The image of the distribution under test; built if it is not there yet. */
  static String nodeImage() {
    Path archive = Distribution.archive();
    String tag =
        "quorate-chaos:"
            + Long.toHexString(archive.toFile().lastModified())
            + Long.toHexString(archive.toFile().length());
    if (!has(tag)) {
      List<String> line =
          new ArrayList<>(List.of(Repository.root().resolve("deploy/docker/build").toString()));
      line.addAll(List.of("--tag", tag, "--dist", archive.toString()));
      base().ifPresent(base -> line.addAll(List.of("--base", base)));
      Command.of(line).withTimeout(BUILD_LIMIT).runSuccessfully();
    }
    return tag;
  }

  private static Optional<String> base() {
    String given = System.getenv("QUORATE_BASE_IMAGE");
    if (given != null && !given.isEmpty()) {
      return Optional.of(given);
    }
    return has(OWN_BASE) ? Optional.of(OWN_BASE) : Optional.empty();
  }

  private static boolean has(String image) {
    try {
      client().inspectImageCmd(image).exec();
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }
}
