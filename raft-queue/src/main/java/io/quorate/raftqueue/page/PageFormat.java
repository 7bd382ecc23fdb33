package io.quorate.raftqueue.page;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.quorate.log.v1.PageRecord;
import io.quorate.raftqueue.queue.Pages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** A record in a file: {@code length:4 crc32c:4 record}. */
final class PageFormat {

  /** Of a record, before what is in it. */
  static final int HEADER = 8;

  private PageFormat() {}

  static int size(PageRecord record) {
    return HEADER + record.getSerializedSize();
  }

  /** Writes a record into a buffer that has the room; answers with where the next one begins. */
  static int encode(PageRecord record, byte[] buffer, int at) throws IOException {
    int length = record.getSerializedSize();
    int start = at + HEADER;
    CodedOutputStream out = CodedOutputStream.newInstance(buffer, start, length);
    record.writeTo(out);
    out.flush();
    ByteBuffer.wrap(buffer, at, HEADER).putInt(length).putInt(crc(buffer, start, length));
    return start + length;
  }

  /**
   * Checks a record as it was read.
   *
   * @throws IOException if it is not what was written
   */
  static void check(byte[] bytes) throws IOException {
    ByteBuffer header = ByteBuffer.wrap(bytes, 0, HEADER);
    if (header.getInt() != bytes.length - HEADER) {
      throw new IOException("its length does not fit");
    }
    if (header.getInt() != crc(bytes, HEADER, bytes.length - HEADER)) {
      throw new IOException("its checksum does not fit");
    }
  }

  /**
   * Checks and parses. The messages keep the bytes: no copies are made.
   *
   * @throws IOException if it is not what was written, or newer than this version
   */
  static PageRecord decode(byte[] bytes) throws IOException {
    check(bytes);
    CodedInputStream in =
        UnsafeByteOperations.unsafeWrap(bytes, HEADER, bytes.length - HEADER).newCodedInput();
    in.enableAliasing(true);
    PageRecord record = PageRecord.parseFrom(in);
    if (record.getVersion() > Pages.FORMAT_VERSION) {
      throw new IOException(
          "it is of format "
              + record.getVersion()
              + ", but this version reads up to "
              + Pages.FORMAT_VERSION);
    }
    return record;
  }

  private static int crc(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
