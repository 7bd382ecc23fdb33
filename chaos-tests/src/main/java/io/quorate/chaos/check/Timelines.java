package io.quorate.chaos.check;

import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The operations of each published message, by queue. Each checker walks over all messages; one
 * message's operations are few.
 */
public final class Timelines {

  private final History history;

  /** By publisher: the number of its first message. One more at the end. */
  private final int[] bases;

  /** By message number: the place of its first operation in {@code operations}, and one more. */
  private final int[] firsts;

  /** Indexes of operations, by message and then in order. */
  private final int[] operations;

  private final List<Operation> strangers = new ArrayList<>();

  Timelines(History history) {
    this.history = history;
    this.bases = bases(history);
    int messages = bases[bases.length - 1];
    this.firsts = new int[messages + 1];
    for (int i = 0; i < history.size(); i++) {
      int number = number(history.message(i));
      if (number >= 0) {
        firsts[number + 1]++;
      } else if (number == -2) {
        strangers.add(history.get(i));
      }
    }
    for (int i = 0; i < messages; i++) {
      firsts[i + 1] += firsts[i];
    }
    this.operations = new int[firsts[messages]];
    int[] next = Arrays.copyOf(firsts, messages);
    for (int i = 0; i < history.size(); i++) {
      int number = number(history.message(i));
      if (number >= 0) {
        operations[next[number]++] = i;
      }
    }
  }

  private static int[] bases(History history) {
    int[] counts = new int[16];
    int publishers = 0;
    for (int i = 0; i < history.size(); i++) {
      Message message = history.kind(i) == Kind.PUBLISH ? history.message(i) : null;
      if (message != null) {
        if (message.publisher() >= counts.length) {
          counts = Arrays.copyOf(counts, Math.max(message.publisher() + 1, 2 * counts.length));
        }
        counts[message.publisher()] = Math.max(counts[message.publisher()], message.counter() + 1);
        publishers = Math.max(publishers, message.publisher() + 1);
      }
    }
    int[] bases = new int[publishers + 1];
    for (int i = 0; i < publishers; i++) {
      bases[i + 1] = bases[i] + counts[i];
    }
    return bases;
  }

  /** -1 if there is no message, -2 if it is none that was published. */
  private int number(@Nullable Message message) {
    if (message == null) {
      return -1;
    }
    int publisher = message.publisher();
    if (publisher < 0 || publisher >= bases.length - 1 || message.counter() < 0) {
      return -2;
    }
    int number = bases[publisher] + message.counter();
    return number < bases[publisher + 1] ? number : -2;
  }

  /** How many publishers there are. */
  public int publishers() {
    return bases.length - 1;
  }

  /** How many messages a publisher has attempted. */
  public int attempted(int publisher) {
    return bases[publisher + 1] - bases[publisher];
  }

  /** Operations on messages that nobody published. */
  public List<Operation> strangers() {
    return strangers;
  }

  /** When a message was published, as soon as it can have been; 0 if it was not. */
  long publishStart(Message message) {
    int number = number(message);
    for (int i = number < 0 ? 0 : firsts[number]; number >= 0 && i < firsts[number + 1]; i++) {
      if (history.kind(operations[i]) == Kind.PUBLISH) {
        return history.start(operations[i]);
      }
    }
    return 0;
  }

  /** All operations of a message, whatever the queue, in order. */
  public List<Operation> of(Message message) {
    int number = number(message);
    List<Operation> found = new ArrayList<>();
    for (int i = number < 0 ? 0 : firsts[number]; number >= 0 && i < firsts[number + 1]; i++) {
      found.add(history.get(operations[i]));
    }
    return found;
  }

  /** Each message in each queue, by publisher and counter. */
  public void forEach(Consumer<Timeline> each) {
    for (int publisher = 0; publisher < publishers(); publisher++) {
      for (int counter = 0; counter < attempted(publisher); counter++) {
        Message message = new Message(publisher, counter);
        List<Operation> all = of(message);
        String single = singleQueue(all);
        if (single != null) {
          each.accept(new Timeline(message, single, all));
        } else {
          split(message, all).values().forEach(each);
        }
      }
    }
  }

  private static @Nullable String singleQueue(List<Operation> all) {
    String queue = all.isEmpty() ? "" : all.get(0).target();
    for (Operation operation : all) {
      if (!operation.target().equals(queue)) {
        return null;
      }
    }
    return queue;
  }

  /** The publish belongs to all queues that the message came to. */
  private static Map<String, Timeline> split(Message message, List<Operation> all) {
    Map<String, Timeline> split = new LinkedHashMap<>();
    for (Operation operation : all) {
      if (operation.kind() != Kind.PUBLISH || !operation.target().isEmpty()) {
        split.computeIfAbsent(
            operation.target(), queue -> new Timeline(message, queue, new ArrayList<>()));
      }
    }
    for (Timeline timeline : split.values()) {
      for (Operation operation : all) {
        boolean routed = operation.kind() == Kind.PUBLISH && operation.target().isEmpty();
        if (routed || operation.target().equals(timeline.queue())) {
          timeline.operations().add(operation);
        }
      }
    }
    return split;
  }
}
