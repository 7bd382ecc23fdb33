package io.quorate.admin.server;

import io.quorate.admin.v1.ListQueuesRequest;
import io.quorate.raftqueue.api.QueueDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;

/**
 * One page of the queues that a request asks for. Costs one pass over the definitions, and memory
 * for the page only, however many queues there are.
 *
 * @param nextToken empty if this was the last page
 */
record QueuePage(List<QueueDefinition> queues, String nextToken) {

  /** Picks the page; a bad request is refused with INVALID_ARGUMENT. */
  static QueuePage of(List<QueueDefinition> all, ListQueuesRequest request, AdminConfig config) {
    int size = size(request.getPageSize(), config);
    PageToken after = PageToken.decode(request.getPageToken());
    Glob glob = Glob.parse(request.getNamePattern());
    // The lowest of those after the token, the highest of them on top; one more than the page
    // tells whether another page follows.
    PriorityQueue<QueueDefinition> lowest = new PriorityQueue<>(PageToken.ORDER.reversed());
    for (QueueDefinition queue : all) {
      if (!request.getVhost().isEmpty() && !request.getVhost().equals(queue.vhost())) {
        continue;
      }
      boolean room = lowest.size() <= size || PageToken.ORDER.compare(queue, lowest.element()) < 0;
      if (room && after.isBefore(queue) && glob.matches(queue.name())) {
        lowest.add(queue);
        if (lowest.size() > size + 1) {
          lowest.remove();
        }
      }
    }
    List<QueueDefinition> page = new ArrayList<>(lowest);
    page.sort(PageToken.ORDER);
    if (page.size() <= size) {
      return new QueuePage(page, "");
    }
    page.remove(size);
    return new QueuePage(page, PageToken.after(page.get(size - 1)).encode());
  }

  /** Refuses what would be refused anyway, before anything is looked up. */
  static void check(ListQueuesRequest request, AdminConfig config) {
    size(request.getPageSize(), config);
    PageToken.decode(request.getPageToken());
    Glob.parse(request.getNamePattern());
  }

  private static int size(int requested, AdminConfig config) {
    if (requested < 0) {
      throw Replies.invalid(
          "page_size is "
              + requested
              + "; it must be 1 to "
              + config.maxPageSize()
              + " (more is taken for that), or 0 for the default of "
              + config.defaultPageSize());
    }
    return requested == 0 ? config.defaultPageSize() : Math.min(requested, config.maxPageSize());
  }
}
