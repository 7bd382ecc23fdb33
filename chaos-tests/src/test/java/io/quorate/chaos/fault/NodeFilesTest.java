package io.quorate.chaos.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is damaged has to be found by the names that nodes give it. */
class NodeFilesTest {

  private static final String GROUP = "store/raft/728afe83-311c-39e4-8f17-945607471dc1/";

  @TempDir Path data;

  private Path file(String name) throws IOException {
    Path file = data.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, name);
  }

  private List<Path> found(Predicate<Path> wanted) {
    return NodeFiles.find(data, wanted);
  }

  @Test
  void theFilesOfANodeAreTold() throws IOException {
    Path closed = file(GROUP + "current/log_0-81");
    Path open = file(GROUP + "current/log_inprogress_82");
    Path vote = file(GROUP + "current/raft-meta");
    Path snapshot = file(GROUP + "sm/snapshot.1_562");
    file(GROUP + "sm/snapshot.1_562.md5");
    Path page = file("store/pages/1/5/00000010.page");
    file("node.properties");

    assertThat(found(NodeFiles::isLog)).containsExactly(closed, open);
    assertThat(found(NodeFiles::isOpenLog)).containsExactly(open);
    assertThat(found(NodeFiles::isVote)).containsExactly(vote);
    assertThat(found(NodeFiles::isSnapshot)).containsExactly(snapshot);
    assertThat(found(NodeFiles::isPage)).containsExactly(page);
  }

  @Test
  void aCopyTakesTheOriginalsPlace() throws IOException {
    file("disk/store/pages/1/5/00000010.page");
    Path copy = data.resolve("old-copy");
    NodeFiles.copyTree(data.resolve("disk"), copy);
    Path later = file("disk/later");
    NodeFiles.replace(data.resolve("disk"), copy);

    assertThat(later).doesNotExist();
    assertThat(copy).doesNotExist();
    assertThat(data.resolve("disk/store/pages/1/5/00000010.page"))
        .hasContent("disk/store/pages/1/5/00000010.page");
  }
}
