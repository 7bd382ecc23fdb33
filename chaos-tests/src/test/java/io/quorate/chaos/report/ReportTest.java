package io.quorate.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.check.History;
import io.quorate.chaos.check.Judgement;
import io.quorate.chaos.check.Verdict;
import io.quorate.chaos.history.Event;
import io.quorate.chaos.history.EventType;
import io.quorate.chaos.history.HistoryWriter;
import io.quorate.chaos.history.Kind;
import io.quorate.chaos.history.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {

  private static final int MESSAGES = Integer.getInteger("quorate.history.messages", 20_000);

  @TempDir Path parent;

  /**
   * A run as a cluster would make it, with times of its own: messages every 2 ms, confirmed and
   * delivered shortly after, acked. The message in the middle is never delivered if {@code lossy}.
   */
  private static void write(Path folder, int messages, boolean lossy) throws Exception {
    Random random = new Random(1);
    try (HistoryWriter writer = new HistoryWriter(folder)) {
      writer.record(Event.phase("workload").on("made up").at(1));
      writer.record(Event.phase("expects").on("publish deliver ack").at(2));
      Event consume = event(writer, EventType.INVOKE, Kind.CONSUME).at(3);
      writer.record(consume);
      writer.record(consume.then(EventType.OK).at(4));
      long end = messages * 2_000_000L;
      writer.record(Event.fault("kill-leader", "node 2", true).at(end / 3));
      writer.record(Event.fault("kill-leader", "node 2", false).at(end / 2));
      long delivered = 0;
      for (int i = 0; i < messages; i++) {
        long at = 10 + i * 2_000_000L;
        long latency = (long) (2_000_000 * Math.exp(random.nextGaussian() / 2));
        if (at > end / 3 && at < end / 3 + 600_000_000) {
          latency += end / 3 + 600_000_000 - at;
        }
        Event publish =
            event(writer, EventType.INVOKE, Kind.PUBLISH)
                .by("publisher-1", 1, 1)
                .value(Value.of(0, i, i))
                .intended(at);
        writer.record(publish.at(at));
        writer.record(publish.then(EventType.OK).at(at + latency));
        delivered = Math.max(delivered + 1000, at + latency + 100_000);
        if (lossy && i == messages / 2) {
          continue;
        }
        writer.record(
            event(writer, EventType.OK, Kind.DELIVER)
                .value(Value.of(0, i, i))
                .delivery(i + 1, false, 0)
                .at(delivered));
        Event ack = event(writer, EventType.INVOKE, Kind.ACK).value(Value.of(0, i, i)).tag(i + 1);
        writer.record(ack.at(delivered + 100_000));
        writer.record(ack.then(EventType.OK).at(delivered + 900_000));
      }
      for (int node : List.of(1, 2, 3)) {
        writer.record(
            event(writer, EventType.OK, Kind.DRAIN)
                .by("drain", node, 0)
                .count(0)
                .tag(0)
                .detail("replicas agree")
                .at(end + node));
      }
      writer.record(Event.phase("end").at(end + 10));
    }
    Path logs = Files.createDirectories(folder.resolve("logs"));
    Files.writeString(logs.resolve("node-1.log"), "2026-01-02 03:04:05.678 INFO  Node: ready\n");
  }

  private static Event event(HistoryWriter writer, EventType type, Kind kind) {
    return Event.of(type, kind, writer.nextOperation()).by("consumer-1", 3, 2).on("q");
  }

  @Test
  void aGoodRunIsValid() throws Exception {
    Path folder = parent.resolve("good");
    write(folder, MESSAGES, false);

    Judgement judgement = ReportWriter.write(folder);

    assertThat(judgement.verdict()).as("%s", judgement.reports()).isEqualTo(Verdict.VALID);
    assertThat(judgement.counts().confirmed()).isEqualTo(MESSAGES);
    assertThat(judgement.counts().lost()).isZero();
  }

  @Test
  void aPageTellsTheStoryOfAViolation() throws Exception {
    Path folder = parent.resolve("lossy");
    write(folder, 3000, true);
    Files.writeString(
        folder.resolve("run.json"), "{\"command\": \"chaos-tests/run --seed 7 <x>\", \"seed\": 7}");

    Judgement judgement = ReportWriter.write(folder);

    assertThat(judgement.verdict()).isEqualTo(Verdict.INVALID);
    String page = Files.readString(folder.resolve("index.html"));
    assertThat(page)
        .contains("chaos-tests/run --seed 7 &lt;x&gt;")
        .contains("publisher 0: lost 1500 to 1500")
        .contains("publishes p0-1500 to q, confirmed at")
        .contains("kill-leader node 2")
        .contains("<svg")
        .doesNotContain("http://")
        .doesNotContain("https://")
        .doesNotContain("NaN");
    assertThat(Files.readString(folder.resolve("verdicts.json"))).contains("\"INVALID\"");
  }

  @Test
  void aMisbehaviourIsInTheVerdictsAndOnThePage() throws Exception {
    Path folder = parent.resolve("hangs");
    write(folder, 500, false);
    String hangs = "{\"at\":9,\"type\":\"ok\",\"kind\":\"phase\",\"process\":\"nemesis\",";
    Files.writeString(
        folder.resolve(HistoryWriter.FILE),
        hangs + "\"target\":\"node 2 hangs\",\"detail\":\"misbehaviour\"}\n",
        StandardOpenOption.APPEND);

    assertThat(ReportWriter.write(folder).verdict()).isEqualTo(Verdict.INVALID);
    assertThat(Files.readString(folder.resolve("index.html"))).contains("node 2 hangs");
    assertThat(Files.readString(folder.resolve("verdicts.json"))).contains("node 2 hangs");
  }

  @Test
  void aFolderIsJudgedTheSameAgain() throws Exception {
    Path folder = parent.resolve("again");
    write(folder, 500, true);
    ReportWriter.write(folder);
    String verdicts = Files.readString(folder.resolve("verdicts.json"));

    Judgement.judge(folder, History.read(folder));

    assertThat(Files.readString(folder.resolve("verdicts.json"))).isEqualTo(verdicts);
  }

  @Test
  void runsAreSummedUp() throws Exception {
    for (String name : List.of("one", "two")) {
      write(parent.resolve(name), 300, name.equals("two"));
      ReportWriter.write(parent.resolve(name));
    }

    Files.writeString(
        parent.resolve("one/history.jsonl"),
        "{\"at\":300000000,\"type\":\"ok\",\"kind\":\"phase\",\"detail\":\"heal\"}\n",
        StandardOpenOption.APPEND);
    ReportWriter.write(parent.resolve("one"));

    Files.writeString(parent.resolve("one/run.json"), "{\"faultsDone\": {\"kill\": 1}}");
    Files.writeString(parent.resolve("two/run.json"), "{\"faultsDone\": {\"kill\": 2}}");

    SummaryWriter.write(parent);

    assertThat(Files.readString(parent.resolve("index.html")))
        .contains("one/index.html")
        .contains("two/index.html");
    assertThat(Files.readString(parent.resolve("summary.md")))
        .contains("| one | `` |  | valid |")
        .contains(" that were watched |")
        .contains("| two | `` |  | invalid (nothing confirmed is lost")
        .contains("| Runs | 1 | 0 | 1 | 2 |")
        .contains("| nothing confirmed is lost | 1 | 0 | 1 |")
        .contains("| `kill` | 3 | 1 |")
        .contains("| Faults done | 1 | 0 | 2 | 3 |");
  }
}
