package io.quorate.raftqueue.raft.ratis;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;

/**
 * The files in which Ratis keeps a group's term and vote, and its members: kept through a full
 * disk.
 */
final class VoteFiles {

  static final String VOTE = "raft-meta";
  static final String MEMBERS = "raft-meta.conf";

  private final KeptFile vote;
  private final KeptFile members;

  /**
   * @param directory of the group's log
   */
  VoteFiles(Path directory) {
    vote = new KeptFile(directory.resolve(VOTE), VoteFiles::isVote);
    members = new KeptFile(directory.resolve(MEMBERS), VoteFiles::isMembers);
  }

  /** See {@link KeptFile#keep}. */
  void keep() throws IOException {
    vote.keep();
    members.keep();
  }

  /** See {@link KeptFile#restore}. */
  void restore() throws IOException {
    vote.restore();
    members.restore();
  }

  private static boolean isVote(byte[] content) {
    Properties properties = new Properties();
    try {
      properties.load(new ByteArrayInputStream(content));
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
    // A line that was cut off would read as a smaller term.
    return content.length > 0
        && content[content.length - 1] == '\n'
        && properties.getProperty("votedFor") != null
        && properties.getProperty("term", "").matches("\\d+");
  }

  private static boolean isMembers(byte[] content) {
    try {
      return LogEntryProto.parseFrom(content).hasConfigurationEntry();
    } catch (IOException e) {
      return false;
    }
  }
}
