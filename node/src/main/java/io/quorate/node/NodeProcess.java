package io.quorate.node;

import ch.qos.logback.classic.LoggerContext;
import io.quorate.node.config.Configuration;
import io.quorate.node.config.Settings;
import io.quorate.node.lifecycle.ExitCode;
import io.quorate.node.lifecycle.StartException;
import io.quorate.raftqueue.thread.DaemonThreads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a node until something stops it: a signal, or a failure of the store. Everything between
 * start and stop happens on the main thread; the shutdown hook only asks for the stop and waits.
 */
final class NodeProcess {

  private static final Logger LOG = LoggerFactory.getLogger("Node");

  private final Configuration configuration;
  private final CompletableFuture<ExitCode> stop = new CompletableFuture<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile ExitCode result = ExitCode.FAILED;

  NodeProcess(Configuration configuration) {
    this.configuration = configuration;
  }

  /** Returns when the node has stopped. */
  ExitCode run() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::onSignal, "stop"));
    stop.thenAccept(code -> watchStop(configuration.get(Settings.STOP_TIMEOUT)));
    LOG.info(
        "quorate-node {} on Java {}, process {}",
        Version.text(),
        Runtime.version(),
        ProcessHandle.current().pid());
    configuration.describe().forEach(line -> LOG.info("  {}", line));
    try (NodeAssembly node = NodeAssembly.start(configuration, stop)) {
      result = stop.join();
      LOG.info("stopping");
    } catch (StartException e) {
      LOG.error("{}", e.getMessage());
      result = e.exitCode();
    } catch (RuntimeException e) {
      LOG.error("the node failed", e);
      result = ExitCode.FAILED;
    }
    LOG.info("stopped: {}", result.description());
    ended.countDown();
    return result;
  }

  /** The JVM would end with 143 after SIGTERM; an orderly stop ends with 0. */
  private void onSignal() {
    stop.complete(ExitCode.STOPPED);
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    halt(result);
  }

  private void watchStop(Duration timeout) {
    DaemonThreads.of(
            () -> {
              try {
                if (!ended.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                  LOG.error("the stop took longer than stop.timeout; ending all the same");
                  halt(ExitCode.STOP_TIMEOUT);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "stop-timeout")
        .start();
  }

  private static void halt(ExitCode code) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.stop();
    }
    Runtime.getRuntime().halt(code.number());
  }
}
