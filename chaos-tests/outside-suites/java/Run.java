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
 * longer than a minute is interrupted.
 */
public final class Run extends RunListener {

  private static final int LIMIT_SECONDS = 60;

  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
          });
  private final Thread runner = Thread.currentThread();
  private ScheduledFuture<?> watch;
  private boolean failed;
  private int passed;
  private int failures;
  private int skipped;

  public static void main(String[] classes) throws Exception {
    Run run = new Run();
    JUnitCore core = new JUnitCore();
    core.addListener(run);
    for (String name : classes) {
      core.run(Class.forName("com.rabbitmq.client.test." + name));
    }
    System.out.printf("%d passed, %d failed, %d skipped%n", run.passed, run.failures, run.skipped);
    System.exit(run.failures == 0 ? 0 : 1);
  }

  @Override
  public void testStarted(Description test) {
    failed = false;
    watch = clock.schedule(runner::interrupt, LIMIT_SECONDS, TimeUnit.SECONDS);
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
