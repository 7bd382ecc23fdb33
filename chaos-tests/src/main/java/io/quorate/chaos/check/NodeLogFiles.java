package io.quorate.chaos.check;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
  private static final Pattern DISK_FAULT = Pattern.compile("(disk|corrupt|power|.*power).*");

  /** The first line of an entry. */
  private static final Pattern ENTRY = Pattern.compile("^\\d{4}-\\d\\d-\\d\\d \\S+ [A-Z]+ .*");

  /** What no fault of a disk excuses. */
  private static final Pattern FATAL =
      Pattern.compile("^# A fatal error.*|.*\\bOutOfMemoryError\\b.*");

  private static final Pattern NUMBER = Pattern.compile("(\\d+)");
  private static final int MOST = 200;

  private NodeLogFiles() {}

  /** Null if there are no logs. */
  static @Nullable List<String> offences(Path folder, History history) {
    Path logs = folder.resolve("logs");
    if (!Files.isDirectory(logs)) {
      return null;
    }
    Set<Integer> excused = new TreeSet<>();
    for (Disturbances.Fault fault : history.disturbances().faults()) {
      if (DISK_FAULT.matcher(fault.kind()).matches()) {
        excused.addAll(fault.nodes());
      }
    }
    List<String> offences = new ArrayList<>();
    try (Stream<Path> files = Files.list(logs)) {
      List<Path> found = files.filter(Files::isRegularFile).sorted().toList();
      if (found.isEmpty()) {
        return null;
      }
      for (Path file : found) {
        Matcher number = NUMBER.matcher(file.getFileName().toString());
        boolean mayFail = number.find() && excused.contains(Integer.parseInt(number.group(1)));
        read(file, mayFail, offences);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return offences;
  }

  /** With an error goes the stack trace below it. */
  private static void read(Path file, boolean errorsExcused, List<String> offences)
      throws IOException {
    String previous = "";
    boolean excused = false;
    try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
      String line;
      while ((line = lines.readLine()) != null && offences.size() < MOST) {
        boolean error = ERROR.matcher(line).matches();
        if (ENTRY.matcher(line).matches()) {
          excused = error && errorsExcused;
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
