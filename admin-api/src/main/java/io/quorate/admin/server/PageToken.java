package io.quorate.admin.server;

import io.quorate.raftqueue.api.QueueDefinition;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Comparator;

/**
 * Where a page of queues ends: its last queue. Says nothing about the node, so the next page may be
 * asked of another.
 */
record PageToken(String vhost, String name) {

  /** Before the first queue: no virtual host sorts before the empty one. */
  static final PageToken START = new PageToken("", "");

  static final Comparator<QueueDefinition> ORDER =
      Comparator.comparing(QueueDefinition::vhost).thenComparing(QueueDefinition::name);

  private static final int FORMAT = 1;

  static PageToken after(QueueDefinition queue) {
    return new PageToken(queue.vhost(), queue.name());
  }

  boolean isBefore(QueueDefinition queue) {
    int order = vhost.compareTo(queue.vhost());
    return order < 0 || (order == 0 && name.compareTo(queue.name()) < 0);
  }

  String encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeUTF(vhost);
      out.writeUTF(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
  }

  static PageToken decode(String token) {
    if (token.isEmpty()) {
      return START;
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(token);
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
      if (in.readUnsignedByte() == FORMAT) {
        PageToken decoded = new PageToken(in.readUTF(), in.readUTF());
        if (in.read() < 0) {
          return decoded;
        }
      }
    } catch (IOException | IllegalArgumentException e) {
      throw badToken();
    }
    throw badToken();
  }

  private static RuntimeException badToken() {
    return Replies.invalid(
        "page_token is not one that ListQueues gave out; leave it empty for the first page, else"
            + " send next_page_token of the page before");
  }
}
