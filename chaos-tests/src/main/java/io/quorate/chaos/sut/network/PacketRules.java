package io.quorate.chaos.sut.network;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a node does not hear: packet filter rules for what comes in, by sender. The rules of a node
 * are replaced as a whole, so that they change at one moment. Safe for any number of threads.
 */
final class PacketRules {

  private static final String CHAIN = "CHAOS";

  private final NodeNetwork receiver;
  // By the sender's address; 1 drops everything.
  private final Map<String, Double> lost = new TreeMap<>();
  private boolean installed;

  PacketRules(NodeNetwork receiver) {
    this.receiver = receiver;
  }

  synchronized void lose(String sender, double probability) {
    lost.put(sender, probability);
    apply();
  }

  synchronized void clear() {
    if (!lost.isEmpty()) {
      lost.clear();
      apply();
    }
  }

  private void apply() {
    StringBuilder script = new StringBuilder("iptables-restore --noflush <<'RULES'\n*filter\n");
    script.append(':').append(CHAIN).append(" - [0:0]\n");
    if (!installed) {
      script.append("-I INPUT -j ").append(CHAIN).append('\n');
    }
    lost.forEach((sender, probability) -> script.append(rule(sender, probability)));
    script.append("COMMIT\nRULES\n");
    receiver.namespace().shell(script.toString());
    installed = true;
  }

  private static String rule(String sender, double probability) {
    String chance =
        probability >= 1
            ? ""
            : String.format(
                Locale.ROOT, " -m statistic --mode random --probability %.4f", probability);
    return "-A " + CHAIN + " -s " + sender + chance + " -j DROP\n";
  }
}
