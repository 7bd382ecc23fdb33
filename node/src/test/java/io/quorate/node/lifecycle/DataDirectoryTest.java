package io.quorate.node.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

  @TempDir Path directory;

  @Test
  void directoryServesOneNodeAtATime() throws Exception {
    Path data = directory.resolve("a/b");
    try (DataDirectory first = DataDirectory.open(data, "c", 1)) {
      StartException refused = refused(data, "c", 1);
      assertThat(refused.exitCode()).isEqualTo(ExitCode.DATA_DIRECTORY);
      assertThat(refused)
          .hasMessageContaining(first.path().toString())
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
    }
    DataDirectory.open(data, "c", 1).close();
  }

  @Test
  void directoryOfAnotherNodeOrClusterIsRefused() throws Exception {
    DataDirectory.open(directory, "c", 1).close();
    assertThat(refused(directory, "c", 2))
        .hasMessageContaining("belongs to node 1 of cluster 'c'; this is node 2 of cluster 'c'");
    assertThat(refused(directory, "d", 1)).hasMessageContaining("this is node 1 of cluster 'd'");
    DataDirectory.open(directory, "c", 1).close();
  }

  @Test
  void fileInItsPlaceIsRefused() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "x");
    assertThat(refused(file, "c", 1)).hasMessageContaining("cannot be used");
  }

  private static StartException refused(Path path, String cluster, int node) {
    return catchThrowableOfType(
        StartException.class, () -> DataDirectory.open(path, cluster, node));
  }
}
