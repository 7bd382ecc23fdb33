package io.quorate.chaos.sut;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a node said at {@code /metrics}.
 *
 * @param reached false if it did not answer; everything else is empty then
 * @param groups the Raft groups of which the node has a replica, by {@code shard} label
 */
public record Figures(boolean reached, Map<String, Group> groups) {

  /** It did not answer. */
  public static final Figures NONE = new Figures(false, Map.of());

  /**
   * A replica of a Raft group, as it sees itself.
   *
   * @param leader the node that leads, 0 if it knows none
   * @param digestIndex the index before which the digest was taken, -1 if there is none
   * @param digest of the state
   */
  public record Group(
      int leader, long term, long commit, long applied, long digestIndex, long digest) {}

  private static final Pattern LINE =
      Pattern.compile(
          "^quorate_shard_(leader|term|commit_index|applied_index"
              + "|state_digest|state_digest_index)\\{shard=\"([^\"]+)\"\\} (\\S+)$",
          Pattern.MULTILINE);

  /** Reads the Prometheus text format. */
  public static Figures parse(String text) {
    Map<String, Map<String, Long>> values = new TreeMap<>();
    Matcher matcher = LINE.matcher(text);
    while (matcher.find()) {
      values
          .computeIfAbsent(matcher.group(2), shard -> new TreeMap<>())
          .put(matcher.group(1), (long) Double.parseDouble(matcher.group(3)));
    }
    Map<String, Group> groups = new TreeMap<>();
    values.forEach(
        (shard, figures) ->
            groups.put(
                shard,
                new Group(
                    (int) (long) figures.getOrDefault("leader", 0L),
                    figures.getOrDefault("term", -1L),
                    figures.getOrDefault("commit_index", -1L),
                    figures.getOrDefault("applied_index", -1L),
                    figures.getOrDefault("state_digest_index", -1L),
                    figures.getOrDefault("state_digest", 0L))));
    return new Figures(true, Map.copyOf(groups));
  }
}
