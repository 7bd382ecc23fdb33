package io.quorate.raftqueue.raft.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.RaftProtos.RaftConfigurationProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that Ratis replaced by a part of what it had to write, since the disk was full. */
class VoteFilesTest {

  private static final String VOTE = "#\n#Sat Nov 28 15:00:00 UTC 2026\nterm=12\nvotedFor=n2\n";

  @TempDir Path directory;

  /** As Ratis does: under another name first, then the new file takes the old one's name. */
  private void replace(String name, byte[] content) throws IOException {
    Path fresh = Files.write(directory.resolve(name + ".tmp"), content);
    Files.move(fresh, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private void vote(String content) throws IOException {
    replace(VoteFiles.VOTE, content.getBytes(StandardCharsets.UTF_8));
  }

  private String storedVote() throws IOException {
    return Files.readString(directory.resolve(VoteFiles.VOTE));
  }

  private VoteFiles files() {
    return new VoteFiles(directory);
  }

  /** Where Ratis stops writing when there is no space left. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 38, 40, 51})
  void aVoteThatWasNotWrittenWholeGivesWayToTheLastWholeOne(int length) throws Exception {
    vote(VOTE.replace("12", "11"));
    VoteFiles votes = files();
    votes.keep();
    vote(VOTE);
    votes.keep();
    vote(VOTE.replace("term=12", "term=130").substring(0, length));

    assertThatThrownBy(votes::keep)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("raft-meta could not be written whole");
    files().restore();
    assertThat(storedVote()).isEqualTo(VOTE);
    assertThatCode(files()::keep).doesNotThrowAnyException();
  }

  @Test
  void aWholeVoteStays() throws Exception {
    vote(VOTE);
    files().keep();
    vote(VOTE.replace("12", "13")); // written, and nobody was told of it
    files().restore();
    assertThat(storedVote()).contains("term=13");
  }

  @Test
  void aVersionIsKeptOnlyOnce() throws Exception {
    vote(VOTE);
    VoteFiles votes = files();
    votes.keep();
    var before = Files.getLastModifiedTime(directory);
    votes.keep();
    files().keep(); // another start
    assertThat(Files.getLastModifiedTime(directory)).isEqualTo(before);
  }

  @Test
  void whereNothingIsKeptTheFileStaysAsItIs() throws Exception {
    files().restore();
    files().keep();
    assertThat(directory).isEmptyDirectory();
    vote("");
    files().restore();
    assertThat(storedVote()).isEmpty();
  }

  @Test
  void theMembersAreKeptToo() throws Exception {
    byte[] members =
        LogEntryProto.newBuilder()
            .setTerm(3)
            .setConfigurationEntry(RaftConfigurationProto.getDefaultInstance())
            .build()
            .toByteArray();
    replace(VoteFiles.MEMBERS, members);
    files().keep();
    replace(VoteFiles.MEMBERS, new byte[0]);
    files().restore();
    assertThat(Files.readAllBytes(directory.resolve(VoteFiles.MEMBERS))).isEqualTo(members);
  }
}
