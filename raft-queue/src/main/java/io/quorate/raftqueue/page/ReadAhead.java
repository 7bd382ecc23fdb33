package io.quorate.raftqueue.page;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * A few blocks of page files in memory. Who reads on where a block ends gets a block twice as large
 * as that one, so that single reads stay small and a backlog is read in large pieces. Not
 * thread-safe.
 */
final class ReadAhead {

  private static final int FIRST_BLOCK = 16 << 10;
  private static final int LARGEST_BLOCK = 256 << 10;

  /** A piece of a file. */
  static final class Block {
    private final DiskPageFile file;
    private final int start;
    private final byte[] bytes;

    Block(DiskPageFile file, int start, byte[] bytes) {
      this.file = file;
      this.start = start;
      this.bytes = bytes;
    }

    DiskPageFile file() {
      return file;
    }

    int start() {
      return start;
    }

    byte[] bytes() {
      return bytes;
    }

    int end() {
      return start + bytes.length;
    }
  }

  private final int maxBlocks;

  /** The one used last comes first. */
  private final ArrayDeque<Block> blocks = new ArrayDeque<>();

  ReadAhead(int maxBlocks) {
    this.maxBlocks = maxBlocks;
  }

  /** A block that has these bytes of the file. */
  Block get(DiskPageFile file, int offset, int length) throws IOException {
    int size = FIRST_BLOCK;
    Iterator<Block> each = blocks.iterator();
    while (each.hasNext()) {
      Block block = each.next();
      if (block.file() == file && block.start() <= offset && offset <= block.end()) {
        if (offset + length <= block.end()) {
          moveToFront(block);
          return block;
        }
        size = Math.min(LARGEST_BLOCK, Math.max(FIRST_BLOCK, 2 * block.bytes().length));
        each.remove();
        break;
      }
    }
    Block read = new Block(file, offset, file.readBytes(offset, length, Math.max(size, length)));
    blocks.addFirst(read);
    if (blocks.size() > maxBlocks) {
      blocks.removeLast();
    }
    return read;
  }

  private void moveToFront(Block block) {
    if (blocks.peekFirst() != block) {
      blocks.remove(block);
      blocks.addFirst(block);
    }
  }

  void forget(DiskPageFile file) {
    blocks.removeIf(block -> block.file() == file);
  }

  void clear() {
    blocks.clear();
  }
}
