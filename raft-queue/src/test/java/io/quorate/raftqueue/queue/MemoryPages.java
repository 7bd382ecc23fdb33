package io.quorate.raftqueue.queue;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.log.v1.StoredMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Pages without a disk: says what is asked for after it has been given back. */
public final class MemoryPages implements Pages {

  private record Slot(byte[] bytes, long sizeBytes) {}

  private final BooleanSupplier full;
  private final File file = new File();
  private int pins;

  public MemoryPages(BooleanSupplier full) {
    this.full = full;
  }

  private final class File implements PageFile {
    private final Map<Integer, Slot> slots = new HashMap<>();
    private final Map<Integer, Slot> pinned = new HashMap<>();
    private int next;

    private StoredMessage parse(Slot slot) {
      try {
        return StoredMessage.parseFrom(slot.bytes());
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public StoredMessage read(int slot) {
      Slot found = slots.get(slot);
      if (found == null) {
        throw new AssertionError("slot " + slot + " is read after it was released");
      }
      return parse(found);
    }

    @Override
    public long sizeBytes(int slot) {
      Slot found = slots.getOrDefault(slot, pinned.get(slot));
      return found == null ? 0 : found.sizeBytes();
    }

    @Override
    public void release(int slot) {
      Slot gone = slots.remove(slot);
      if (gone == null) {
        throw new AssertionError("slot " + slot + " is released twice");
      }
      if (pins > 0) {
        pinned.put(slot, gone);
      }
    }
  }

  /** Slots in use. */
  int live() {
    return file.slots.size();
  }

  @Override
  public boolean write(List<Body> bodies) {
    if (full.getAsBoolean()) {
      return false;
    }
    for (Body body : bodies) {
      int slot = file.next++;
      file.slots.put(slot, new Slot(body.message().toByteArray(), body.sizeBytes()));
      body.movedTo(file, slot);
    }
    return true;
  }

  @Override
  public Reader pin() {
    pins++;
    return new Reader() {
      private boolean closed;

      @Override
      public StoredMessage read(PageFile any, int slot) {
        Slot kept = file.pinned.get(slot);
        return kept == null ? file.read(slot) : file.parse(kept);
      }

      @Override
      public void close() {
        if (!closed) {
          closed = true;
          if (--pins == 0) {
            file.pinned.clear();
          }
        }
      }
    };
  }

  @Override
  public boolean maintain() {
    return false;
  }

  @Override
  public int files() {
    return 1;
  }

  @Override
  public void close() {}
}
