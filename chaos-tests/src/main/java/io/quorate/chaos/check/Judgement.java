package io.quorate.chaos.check;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all checkers say about a run.
 *
 * @param verdict the worst of all
 * @param reports of the checkers that the run is about
 */
public record Judgement(Verdict verdict, Counts counts, List<Report> reports) {

  /** The file's name in a run's folder. */
  public static final String FILE = "verdicts.json";

  /**
   * Reads a run's history and its nodes' logs, judges, and writes {@code verdicts.json} into the
   * folder. Says the same of the same folder whenever it is asked.
   */
  public static Judgement judge(Path folder) {
    return judge(folder, History.read(folder));
  }

  /** The same with the folder's history, which has been read already. */
  public static Judgement judge(Path folder, History history) {
    Judgement judgement = judge(history, NodeLogFiles.offences(folder, history));
    judgement.write(folder);
    return judgement;
  }

  /** Judges without a folder. */
  static Judgement judge(History history, @Nullable List<String> offences) {
    List<Report> reports = Checks.check(Evidence.of(history, offences));
    return new Judgement(Checks.verdict(reports), Counts.of(history), reports);
  }

  private void write(Path folder) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("verdict", verdict);
    document.put("counts", counts);
    document.put("reports", reports);
    Gson gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    try {
      Files.writeString(folder.resolve(FILE), gson.toJson(document) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
