package io.quorate.chaos.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.chaos.check.History;
import io.quorate.chaos.check.Operation;
import io.quorate.chaos.check.Outcome;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients are made of, without a cluster. */
class ClientPartsTest {

  @TempDir Path folder;

  @Test
  void aBodySaysWhatItIs() {
    for (int size : List.of(1, 12, 13, 200, 100_000)) {
      byte[] body = Body.of(new Message(7, 123), size);

      assertThat(body).hasSize(Math.max(size, Body.SMALLEST));
      assertThat(Body.parse(body).message()).isEqualTo(new Message(7, 123));
      assertThat(Body.parse(body).crc()).isEqualTo(Body.checksum(body));
    }
  }

  @Test
  void everyChangedBitShows() {
    byte[] body = Body.of(new Message(7, 123), 40);
    int sent = Body.checksum(body);
    for (int bit = 0; bit < 8 * body.length; bit++) {
      body[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(Body.parse(body).crc()).isNotEqualTo(sent);
      body[bit / 8] ^= (byte) (1 << (bit % 8));
    }
    assertThat(Body.parse(new byte[3]).message().publisher()).isEqualTo(-1);
  }

  @Test
  void confirmsAreCountedOnceAndTheRestIsUnknown() throws Exception {
    try (HistoryWriter history = new HistoryWriter(folder)) {
      Outstanding outstanding = new Outstanding(history, 4);
      for (long sequence = 1; sequence <= 6; sequence++) {
        history.record(Event.of(EventType.INVOKE, Kind.PUBLISH, sequence));
        outstanding.begin(sequence, sequence);
      }
      assertThat(outstanding.awaitRoom(1)).isFalse();
      outstanding.confirmed(2, false);
      outstanding.confirmed(3, true);
      outstanding.refused(4, false);
      assertThat(outstanding.awaitRoom(1)).isTrue();
      outstanding.confirmed(4, true);
      outstanding.unknown();
      outstanding.confirmed(6, true);
    }

    assertThat(History.read(folder).all(Kind.PUBLISH).stream().map(Operation::outcome))
        .containsExactly(
            Outcome.OK, Outcome.OK, Outcome.OK, Outcome.UNKNOWN, Outcome.UNKNOWN, Outcome.UNKNOWN);
  }

  @Test
  void storedVotesAreWrittenDownWhenTheyChange() throws Exception {
    Path group = Files.createDirectories(folder.resolve("data/raft/g/current"));
    Path history = folder.resolve("run");
    try (HistoryWriter writer = new HistoryWriter(history)) {
      Votes votes = new Votes(writer, 2);
      votes.look(folder.resolve("missing"));
      Files.writeString(group.resolve("raft-meta"), "#\n#Fri\nvotedFor=n1\nterm=5\n");
      votes.look(folder.resolve("data"));
      votes.look(folder.resolve("data"));
      Files.writeString(group.resolve("raft-meta"), "#\nterm=6\nvotedFor=\n");
      votes.look(folder.resolve("data"));
    }

    assertThat(
            History.read(history).all(Kind.REPLICA).stream()
                .map(seen -> seen.node() + " " + seen.count() + " " + seen.detail()))
        .containsExactly("2 5 vote n1", "2 6 vote");
  }

  @Test
  void workloadsAreFoundByName() {
    assertThat(Workloads.all())
        .extracting(Workload::name)
        .doesNotHaveDuplicates()
        .contains("queue");
    assertThat(Workloads.named("order").name()).isEqualTo("order");
    assertThatThrownBy(() -> Workloads.named("nothing"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("many-queues");
  }
}
