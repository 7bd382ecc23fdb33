package io.quorate.node.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One entry of {@code cluster.nodes}.
 *
 * @param id the node's number, 1 to 65535
 * @param host the name or address under which the other nodes reach it
 * @param raftPort its port for Raft and links
 */
public record NodeAddress(int id, String host, int raftPort) {

  private static final Pattern SYNTAX =
      Pattern.compile("([0-9]{1,5})@([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+]):([0-9]{1,5})");

  static NodeAddress parse(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a node; expected id@host:port such as 1@127.0.0.1:6671");
    }
    int id = Integer.parseInt(matcher.group(1));
    int port = Integer.parseInt(matcher.group(3));
    if (id < 1 || id > 65535 || port < 1 || port > 65535) {
      throw new IllegalArgumentException(
          "'" + text + "' is out of range; node id and port are 1 to 65535");
    }
    return new NodeAddress(id, matcher.group(2), port);
  }

  @Override
  public String toString() {
    return id + "@" + host + ":" + raftPort;
  }
}
