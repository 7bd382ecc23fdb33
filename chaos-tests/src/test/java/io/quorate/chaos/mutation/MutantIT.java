package io.quorate.chaos.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.chaos.cluster.Repository;
import io.quorate.chaos.mutation.MutationTable.Pace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * One line of the mutation table, so that a checker, or the agent, that finds nothing any more is
 * noticed at once: a mutant that needs no fault, hence neither root nor anything else of the
 * machine, and whose checker needs no quiet time. On processes; the agent is built by the module
 * {@code chaos-tests/mutants}, which comes before this one.
 */
class MutantIT {

  private static final Path FOLDER = Repository.module().resolve("target/runs/mutants");

  @Test
  void aBrokenClusterIsCaught() throws IOException {
    Path run = FOLDER.resolve("" + System.nanoTime());
    assertThat(MutationTable.run(run, List.of("flag-dropped"), Pace.HASTY))
        .as("the checkers noticed; see %s", run)
        .isTrue();
  }
}
