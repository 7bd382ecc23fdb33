package io.quorate.chaos.check;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many messages of a queue its purges can have taken: each says how many it has removed, and
 * what is published after it is left to the later ones.
 */
final class PurgeAllowance {

  /** Of purges that may have happened, by the last moment at which they can have. */
  private final long[] until;

  /**
   * What each has removed, negative if nobody knows: of one that was not answered, and of one that
   * may have been done twice, since its first leader went away before it answered. What is told
   * then is what the second one found.
   */
  private final long[] removed;

  /** Missing messages of which this is the first purge that can have taken them. */
  private final long[] missing;

  PurgeAllowance(List<Operation> purges, Disturbances disturbances) {
    List<Operation> possible =
        purges.stream()
            .filter(purge -> purge.outcome() != Outcome.FAIL)
            .sorted((a, b) -> Long.compare(Switched.effectiveUntil(a), Switched.effectiveUntil(b)))
            .toList();
    until = possible.stream().mapToLong(Switched::effectiveUntil).toArray();
    removed =
        possible.stream()
            .mapToLong(
                purge ->
                    purge.ok() && !disturbances.any(purge.start(), purge.end())
                        ? purge.count()
                        : -1)
            .toArray();
    missing = new long[until.length];
  }

  /** A message that never came, published at a time before the last of the purges. */
  void isMissing(long published) {
    int first = Arrays.binarySearch(until, published);
    missing[first < 0 ? -first - 1 : first]++;
  }

  /** Why they cannot all have been purged; null if they can. */
  @Nullable String excess() {
    long claimed = 0;
    long gone = 0;
    for (int i = until.length - 1; i >= 0 && removed[i] >= 0; i--) {
      claimed += removed[i];
      gone += missing[i];
      if (gone > claimed) {
        return "%d confirmed messages never came that only the purges from %s on can have taken, and these say that they removed %d"
            .formatted(gone, Times.seconds(until[i]), claimed);
      }
    }
    return null;
  }
}
