package io.quorate.chaos.run;

import io.quorate.chaos.fault.Fault;
import io.quorate.chaos.fault.Faults;
import io.quorate.chaos.sut.Capability;
import io.quorate.chaos.sut.Provider;
import io.quorate.chaos.sut.Providers;
import io.quorate.chaos.workload.Workloads;
import java.util.List;
import java.util.Map;

/** What {@code --list} prints. */
final class Catalogue {

  private Catalogue() {}

  static String text() {
    StringBuilder text = new StringBuilder("Providers\n");
    List<Provider> providers = Providers.all();
    for (Provider provider : providers) {
      line(
          text,
          provider.name(),
          provider.obstacle().map(why -> "not here: " + why).orElse("usable"));
    }
    text.append("\nWorkloads\n");
    Workloads.all().forEach(workload -> line(text, workload.name(), workload.description()));
    text.append("\nFaults, by group\n");
    Fault.Group group = null;
    for (Fault fault : Faults.all()) {
      if (fault.group() != group) {
        group = fault.group();
        text.append(' ').append(group.text()).append('\n');
      }
      line(text, fault.name(), fault.description() + limits(fault, providers));
    }
    Faults.waiting().forEach((name, why) -> line(text, name, "not yet: " + why));
    return text.toString();
  }

  private static String limits(Fault fault, List<Provider> providers) {
    StringBuilder text = new StringBuilder();
    for (Provider provider : providers) {
      Map<Capability, String> impossible = provider.impossible();
      fault.needs().stream()
          .filter(impossible::containsKey)
          .findFirst()
          .ifPresent(
              missing ->
                  text.append(" [not with ")
                      .append(provider.name())
                      .append(" here: ")
                      .append(impossible.get(missing))
                      .append(']'));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String meaning) {
    text.append(String.format("  %-24s %s%n", name, meaning));
  }
}
