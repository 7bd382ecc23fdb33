import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.runner.Description;
import org.junit.runner.JUnitCore;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;

/**
 * Runs test classes of the Java client (named without {@code com.rabbitmq.client.test.}), one line for each test. One that takes
 * longer than a minute is interrupted, and given up if that does not end it.
 */
public final class Run extends RunListener {

  private static final int LIMIT_SECONDS = 60;
  private static final int GRACE_SECONDS = 5;

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
          });
  private Thread runner;
  private Description current;
  private ScheduledFuture<?> watch;
  private boolean interrupted;
  private volatile boolean stuck;
  private boolean failed;
  private int passed;
  private int failures;
  private int skipped;

  public static void main(String[] classes) throws Exception {
    int passed = 0;
    int failures = 0;
    int skipped = 0;
    for (String name : classes) {
      Run run = new Run();
      run.runClass(Class.forName("com.rabbitmq.client.test." + name));
      passed += run.passed;
      failures += run.failures;
      skipped += run.skipped;
    }
    System.out.printf("%d passed, %d failed, %d skipped%n", passed, failures, skipped);
    System.exit(failures == 0 ? 0 : 1);
  }

  /** Runs a class on a thread of its own, which is left alone if a test cannot be interrupted. */
  private void runClass(Class<?> tests) throws InterruptedException {
    JUnitCore core = new JUnitCore();
    core.addListener(this);
    runner = new Thread(() -> core.run(tests), tests.getSimpleName());
    runner.setDaemon(true);
    runner.start();
    while (runner.isAlive() && !stuck) {
      runner.join(200);
    }
    core.removeListener(this);
    if (stuck) {
      failures++;
      System.out.println("FAILED " + current + "\n    does not end; the rest of its class is left out");
      for (StackTraceElement frame : runner.getStackTrace()) {
        if (frame.getClassName().startsWith("com.rabbitmq")) {
          System.out.println("    at " + frame);
        }
      }
    }
  }

  @Override
  public void testStarted(Description test) {
    failed = false;
    interrupted = false;
    current = test;
    watch =
        clock.scheduleAtFixedRate(this::tooLong, LIMIT_SECONDS, GRACE_SECONDS, TimeUnit.SECONDS);
  }

  private void tooLong() {
    stuck = interrupted;
    interrupted = true;
    runner.interrupt();
  }

  @Override
  public void testFailure(Failure failure) {
    failures += failed ? 0 : 1;
    failed = true;
    Throwable cause = failure.getException();
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    System.out.println("FAILED " + failure.getDescription() + "\n    " + cause);
    Arrays.stream(failure.getException().getStackTrace())
        .filter(frame -> frame.getClassName().startsWith("com.rabbitmq.client.test"))
        .forEach(frame -> System.out.println("    at " + frame));
  }

  @Override
  public void testAssumptionFailure(Failure failure) {
    skipped++;
    failed = true;
  }

  @Override
  public void testIgnored(Description test) {
    skipped++;
  }

  @Override
  public void testFinished(Description test) {
    watch.cancel(false);
    Thread.interrupted();
    if (!failed) {
      passed++;
      System.out.println("ok " + test);
    }
  }
}
