package io.quorate.chaos.workload;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** All workloads. */
public final class Workloads {

  private static final List<Supplier<Workload>> ALL =
      List.of(
          QueueWorkload::new,
          OrderWorkload::new,
          ManyQueuesWorkload::new,
          MetadataWorkload::new,
          LargeWorkload::new,
          BacklogWorkload::new,
          TransactionWorkload::new,
          AtMostOnceWorkload::new,
          LifecycleWorkload::new);

  /** Only for what is shown with it; no part of any suite. */
  private static final List<Supplier<Workload>> SPECIAL =
      List.of(DistantWorkload::new, PeekWorkload::new);

  private Workloads() {}

  /** A fresh one of each. */
  public static List<Workload> all() {
    return ALL.stream().map(Supplier::get).toList();
  }

  /**
   * A fresh one of the name given.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  public static Workload named(String name) {
    List<Workload> all = all();
    return Stream.concat(all.stream(), SPECIAL.stream().map(Supplier::get))
        .filter(workload -> workload.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no workload '"
                        + name
                        + "': "
                        + String.join(", ", all.stream().map(Workload::name).toList())));
  }
}
