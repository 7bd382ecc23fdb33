package io.quorate.raftqueue.routing;

import java.util.Map;

/** The argument table of a binding as a part of its identity: equal by {@link TableValues#same}. */
public final class Arguments {

  public static final Arguments NONE = new Arguments(Map.of());

  private final Map<String, Object> table;
  private final int hash;

  private Arguments(Map<String, Object> table) {
    this.table = table;
    this.hash = TableValues.hash(table);
  }

  /**
   * Wraps an argument table.
   *
   * @param table must not be changed any more
   */
  public static Arguments of(Map<String, Object> table) {
    return table.isEmpty() ? NONE : new Arguments(table);
  }

  public Map<String, Object> table() {
    return table;
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Arguments that
            && hash == that.hash
            && TableValues.same(table, that.table));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return table.toString();
  }
}
