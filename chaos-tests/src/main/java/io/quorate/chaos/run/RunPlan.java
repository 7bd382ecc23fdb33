package io.quorate.chaos.run;

import io.quorate.chaos.fault.Fault;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.Provider;
import io.quorate.chaos.workload.WorkloadOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * One run.
 *
 * @param workload its name
 * @param faultList the faults as the command line named them
 * @param faults the same, those left out that this provider cannot do on this machine
 * @param leftOut those, each with the reason
 * @param time how long faults happen
 * @param settings of every node, beyond the workload's own
 */
record RunPlan(
    Provider provider,
    String workload,
    String faultList,
    List<Fault> faults,
    Map<String, String> leftOut,
    Duration time,
    long seed,
    Map<String, String> settings,
    WorkloadOptions options) {

  /** Small logs, so that snapshots are taken and segments go within minutes. */
  private static final Map<String, String> SETTINGS = Map.of("snapshot.bytes", "1MiB");

  /** Leaves out what cannot be done. */
  static RunPlan of(
      Provider provider,
      String workload,
      String faultList,
      List<Fault> wanted,
      Duration time,
      long seed,
      WorkloadOptions options) {
    Map<Capability, String> impossible = provider.impossible();
    List<Fault> possible = new ArrayList<>();
    Map<String, String> leftOut = new TreeMap<>();
    for (Fault fault : wanted) {
      fault.needs().stream()
          .filter(impossible::containsKey)
          .findFirst()
          .ifPresentOrElse(
              missing -> leftOut.put(fault.name(), impossible.get(missing)),
              () -> possible.add(fault));
    }
    return new RunPlan(
        provider, workload, faultList, possible, leftOut, time, seed, SETTINGS, options);
  }

  /** What the faults need of the cluster. */
  Set<Capability> capabilities() {
    Set<Capability> all = EnumSet.of(Capability.PROCESS);
    faults.forEach(fault -> all.addAll(fault.needs()));
    return all;
  }

  /** The command that does the same again. */
  String command() {
    return "chaos-tests/run --provider %s --workload %s --faults %s --minutes %s --seed %d"
            .formatted(
                provider.name(),
                workload,
                faultList,
                Double.toString(time.toSeconds() / 60.0).replaceAll("\\.0$", ""),
                seed)
        + (options.equals(WorkloadOptions.moderate()) ? "" : " --rate " + options.ratePerSecond());
  }
}
