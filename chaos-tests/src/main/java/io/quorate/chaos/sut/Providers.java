package io.quorate.chaos.sut;

import io.quorate.chaos.sut.containers.ContainersProvider;
import io.quorate.chaos.sut.processes.ProcessesProvider;
import java.util.List;

/** All providers. */
public final class Providers {

  private static final List<Provider> ALL =
      List.of(new ContainersProvider(), new ProcessesProvider());

  private Providers() {}

  /** All of them, the one that isolates best first. */
  public static List<Provider> all() {
    return ALL;
  }

  /**
   * The provider with a name.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  public static Provider named(String name) {
    return ALL.stream()
        .filter(provider -> provider.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no provider '"
                        + name
                        + "'; there are "
                        + String.join(", ", ALL.stream().map(Provider::name).toList())));
  }
}
