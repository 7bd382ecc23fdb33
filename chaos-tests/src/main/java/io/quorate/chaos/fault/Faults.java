package io.quorate.chaos.fault;

import io.quorate.chaos.fault.Fault.Group;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** All faults. */
public final class Faults {

  /** Stands for all of them. */
  public static final String ALL = "all";

  private static final List<Fault> FAULTS =
      Stream.of(
              NetworkFaults.all(),
              ProcessFaults.all(),
              OrderlyFaults.all(),
              PowerFaults.all(),
              DiskFaults.all(),
              CorruptionFaults.all(),
              ClockFaults.all(),
              CompoundFaults.all())
          .flatMap(List::stream)
          .toList();

  /** What cannot be done yet, with the reason. */
  private static final Map<String, String> WAITING =
      Map.of("membership-churn", "waits for the admin API to add and remove nodes");

  private Faults() {}

  public static List<Fault> all() {
    return FAULTS;
  }

  /** Faults that cannot be done yet, with the reason. */
  public static Map<String, String> waiting() {
    return WAITING;
  }

  /**
   * The faults that a list names, in the order of the catalogue.
   *
   * @param list names of faults or groups with commas between them, {@code all}, or {@code none}
   * @throws IllegalArgumentException if it names something that there is not
   */
  public static List<Fault> named(String list) {
    Set<Fault> chosen = new LinkedHashSet<>();
    for (String name : list.split(",")) {
      List<Fault> found =
          FAULTS.stream()
              .filter(
                  fault ->
                      name.equals(ALL)
                          || fault.name().equals(name)
                          || fault.group().text().equals(name))
              .toList();
      if (found.isEmpty() && !name.equals("none")) {
        throw new IllegalArgumentException(
            WAITING.containsKey(name)
                ? "the fault " + name + " " + WAITING.get(name)
                : "there is no fault or group of faults '" + name + "'; --list shows them");
      }
      chosen.addAll(found);
    }
    List<Fault> inOrder = new ArrayList<>(FAULTS);
    inOrder.retainAll(chosen);
    return inOrder;
  }

  /** The names of the groups. */
  public static List<String> groups() {
    return Stream.of(Group.values()).map(Group::text).toList();
  }
}
