package io.quorate.amqp.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MailboxTest {

  @Test
  void a_burst_costs_one_wake_up_and_keeps_its_order() {
    List<Runnable> wakeUps = new ArrayList<>();
    Mailbox mailbox = new Mailbox(wakeUps::add, () -> {});
    List<Integer> seen = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int number = i;
      mailbox.post(() -> seen.add(number));
    }
    assertThat(wakeUps).hasSize(1);
    mailbox.deliverAll(failure -> {});
    assertThat(seen).hasSize(100).isSorted();
    mailbox.post(() -> seen.add(100));
    assertThat(wakeUps).hasSize(2);
  }

  @Test
  void mail_after_a_failing_one_is_delivered() {
    Mailbox mailbox = new Mailbox(task -> {}, () -> {});
    List<String> seen = new ArrayList<>();
    mailbox.post(
        () -> {
          throw new IllegalStateException("first");
        });
    mailbox.post(() -> seen.add("second"));
    mailbox.deliverAll(failure -> seen.add(String.valueOf(failure.getMessage())));
    assertThat(seen).containsExactly("first", "second");
  }

  @Test
  void nothing_is_lost_between_threads() throws InterruptedException {
    int senders = 4;
    int each = 50_000;
    ExecutorService loop = Executors.newSingleThreadExecutor();
    AtomicInteger[] last = new AtomicInteger[senders];
    CountDownLatch all = new CountDownLatch(senders * each);
    Mailbox[] mailbox = new Mailbox[1];
    mailbox[0] = new Mailbox(loop, () -> mailbox[0].deliverAll(failure -> {}));
    List<Thread> threads = new ArrayList<>();
    for (int s = 0; s < senders; s++) {
      AtomicInteger order = new AtomicInteger(-1);
      last[s] = order;
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  int number = i;
                  mailbox[0].post(
                      () -> {
                        if (order.compareAndSet(number - 1, number)) {
                          all.countDown();
                        }
                      });
                }
              });
      threads.add(thread);
      thread.start();
    }
    assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
    for (Thread thread : threads) {
      thread.join();
    }
    loop.shutdown();
  }
}
