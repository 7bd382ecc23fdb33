package io.quorate.chaos.check;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The nodes' logs of a run, in {@code logs/}: what in them must not be there. */
final class NodeLogFiles {

  // An ordinary event (a client gone, a peer down, no leader) is neither an error nor worth a stack
  // trace.
  private static final Pattern ERROR = Pattern.compile("^\\S+ \\S+ ERROR\\b.*");
  private static final Pattern TRACE =
      Pattern.compile(
          "^\\s+at [\\w.$/<>]+\\(.*\\)$|^Caused by: .*|^Exception in thread .*|^# A fatal error.*|.*\\bOutOfMemoryError\\b.*");

  /** Faults after which a node has to say so at level ERROR; a power cut fails writes first. */
  private static final Pattern DISK_FAULT = Pattern.compile("(disk|corrupt|power).*");

  /** Who says so: whatever else is an error then is one of another kind. */
  private static final Pattern DISK_ERROR =
      Pattern.compile(
          "\\S+ \\S+ ERROR (Node|RatisGroup|ShardRepair|SegmentedRaftLog\\w*|SnapshotStore|SnapshotInstallationHandler|PageFiles): .*");

  /** The first line of an entry. */
  private static final Pattern ENTRY = Pattern.compile("^\\d{4}-\\d\\d-\\d\\d \\S+ [A-Z]+ .*");

  /** What no fault of a disk excuses. */
  private static final Pattern FATAL =
      Pattern.compile("^# A fatal error.*|.*\\bOutOfMemoryError\\b.*");

  private static final Pattern NUMBER = Pattern.compile("(\\d+)");
  private static final int MOST = 200;

  /** The mark of how long a log was at a time. */
  private static final String LOG_SIZE = "log-size";

  /** Its next starts find what the fault has left. */
  private static final long AFTER_NANOS = 60_000_000_000L;

  private NodeLogFiles() {}

  /** Null if there are no logs. */
  static @Nullable List<String> offences(Path folder, History history) {
    Path logs = folder.resolve("logs");
    if (!Files.isDirectory(logs)) {
      return null;
    }
    List<String> offences = new ArrayList<>();
    try (Stream<Path> files = Files.list(logs)) {
      List<Path> found = files.filter(Files::isRegularFile).sorted().toList();
      if (found.isEmpty()) {
        return null;
      }
      for (Path file : found) {
        Matcher number = NUMBER.matcher(file.getFileName().toString());
        int node = number.find() ? Integer.parseInt(number.group(1)) : 0;
        read(file, excuses(history, node), offences);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return offences;
  }

  /**
   * Which parts of a node's log may say that its disk failed: from the fault on until a while after
   * its end. By the sizes that the log was seen to have, since clocks of nodes are moved too.
   */
  private static List<long[]> excuses(History history, int node) {
    List<Operation> sizes =
        history.marks().stream()
            .filter(mark -> mark.node() == node && mark.detail().equals(LOG_SIZE))
            .toList();
    List<long[]> excuses = new ArrayList<>();
    for (Disturbances.Fault fault : history.disturbances().faults()) {
      if (DISK_FAULT.matcher(fault.kind()).matches() && fault.nodes().contains(node)) {
        long from = 0;
        long to = Long.MAX_VALUE;
        for (Operation size : sizes) {
          if (size.start() <= fault.from()) {
            from = size.count();
          } else if (size.start() >= fault.to() + AFTER_NANOS) {
            to = size.count();
            break;
          }
        }
        excuses.add(new long[] {from, to});
      }
    }
    return excuses;
  }

  /** With an error goes the stack trace below it. */
  private static void read(Path file, List<long[]> excuses, List<String> offences)
      throws IOException {
    String previous = "";
    long end = 0;
    boolean excused = false;
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      String line;
      while ((line = lines.readLine()) != null && offences.size() < MOST) {
        long at = end;
        end += line.length() + 1;
        boolean error = ERROR.matcher(line).matches();
        if (ENTRY.matcher(line).matches()) {
          excused =
              DISK_ERROR.matcher(line).matches()
                  && excuses.stream().anyMatch(one -> one[0] <= at && at < one[1]);
        }
        boolean offence = error || TRACE.matcher(line).matches();
        if (offence && (!excused || FATAL.matcher(line).matches())) {
          offences.add(file.getFileName() + ": " + line + (error ? "" : "   after: " + previous));
        } else {
          previous = line;
        }
      }
    }
  }
}
