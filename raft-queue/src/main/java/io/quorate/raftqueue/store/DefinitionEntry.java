package io.quorate.raftqueue.store;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.link.v1.DefineRequest;
import io.quorate.log.v1.DefinitionProposal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** An entry of the metadata group's log: one change, or several that share it. */
final class DefinitionEntry {

  private DefinitionEntry() {}

  /** The entry for some requests, at least one. */
  static byte[] of(List<DefineRequest> requests) {
    if (requests.size() == 1) {
      return requests.get(0).getEntry().toByteArray();
    }
    try {
      DefinitionProposal.Builder entry =
          DefinitionProposal.newBuilder().mergeFrom(requests.get(0).getEntry());
      for (DefineRequest request : requests.subList(1, requests.size())) {
        entry.addMore(DefinitionProposal.parseFrom(request.getEntry()));
      }
      return entry.build().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("a change of the definitions cannot be read", e);
    }
  }

  /** The proposals of an entry, in their order. */
  static List<DefinitionProposal> read(ByteBuffer entry) {
    DefinitionProposal first;
    try {
      first = DefinitionProposal.parseFrom(entry);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an entry of the metadata log cannot be read", e);
    }
    if (first.getMoreCount() == 0) {
      return List.of(first);
    }
    List<DefinitionProposal> proposals = new ArrayList<>(first.getMoreCount() + 1);
    proposals.add(first);
    proposals.addAll(first.getMoreList());
    return proposals;
  }
}
