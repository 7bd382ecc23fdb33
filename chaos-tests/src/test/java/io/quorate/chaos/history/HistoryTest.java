package io.quorate.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {

  @TempDir Path folder;
  private HistoryWriter writer;

  @BeforeEach
  void begin() {
    writer = new HistoryWriter(folder);
  }

  private List<Event> read() {
    List<Event> events = new ArrayList<>();
    HistoryReader.read(folder, events::add);
    assertThat(events.get(0).kind()).isEqualTo(Kind.PHASE);
    return events.subList(1, events.size());
  }

  @Test
  void whatIsWrittenIsRead() {
    List<Event> written =
        List.of(
            Event.of(EventType.INVOKE, Kind.PUBLISH, 7)
                .by("publisher-1", 2, 3)
                .on("a queue")
                .value(Value.of(4, 5, 0xdeadbeef))
                .intended(11)
                .at(12),
            Event.of(EventType.OK, Kind.DELIVER, 8).delivery(99, true, 3).at(13),
            Event.of(EventType.INFO, Kind.BIND, 9).detail("key \"#\" \\ \n \u0001 ü").at(14),
            Event.of(EventType.OK, Kind.DELIVER, 10).value(Value.of(-1, 3, 1)).at(15),
            Event.fault("partition", "1 | 2 3", true).at(16),
            Event.fault("partition", "1 | 2 3", false).at(17));
    written.forEach(writer::record);
    writer.close();

    assertThat(read()).isEqualTo(written);
  }

  @Test
  void theClockRises() {
    writer.record(Event.phase("a"));
    writer.record(Event.phase("b"));
    writer.close();

    List<Event> events = read();
    assertThat(events.get(0).at()).isNotNegative().isLessThanOrEqualTo(events.get(1).at());
  }

  @Test
  void manyThreadsLoseNothing() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 5000; i++) {
                  writer.record(Event.of(EventType.INVOKE, Kind.ACK, writer.nextOperation()));
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    writer.close();

    Set<Long> operations = new HashSet<>();
    read().forEach(event -> operations.add(event.op()));
    assertThat(operations).hasSize(20_000);
  }

  @Test
  void aLastLineThatWasCutOffIsLeftOut() throws Exception {
    writer.record(Event.phase("whole"));
    writer.close();
    append("{\"at\":17,\"type\":\"ok\",\"ki");

    assertThat(read()).singleElement().extracting(Event::detail).isEqualTo("whole");
  }

  @Test
  void aDamagedLineIsRefused() throws Exception {
    writer.close();
    append("{\"at\":17,\"type\":\"maybe\",\"kind\":\"ack\"}\n");

    assertThatThrownBy(this::read).hasStackTraceContaining("maybe");
  }

  @Test
  void garbageInTheMiddleIsRefused() throws Exception {
    writer.close();
    append("}}}\n" + "{\"at\":17,\"type\":\"ok\",\"kind\":\"ack\"}\n".repeat(1000));

    assertThatThrownBy(this::read).isInstanceOf(UncheckedIOException.class);
  }

  @Test
  void nothingIsWrittenAfterTheEnd() {
    writer.close();
    writer.record(Event.phase("late"));

    assertThat(read()).isEmpty();
  }

  private void append(String text) throws Exception {
    Files.write(
        folder.resolve(HistoryWriter.FILE),
        text.getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.APPEND);
  }
}
