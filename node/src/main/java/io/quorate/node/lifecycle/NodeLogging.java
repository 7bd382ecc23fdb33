package io.quorate.node.lifecycle;

import java.nio.file.Path;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Passes the log settings on to logback.xml, and what libraries log with java.util.logging to the
 * same log. Must be called before the first logger is made: the classes that run before it have
 * none.
 */
public final class NodeLogging {

  private NodeLogging() {}

  /**
   * Sets up the log of this process.
   *
   * @param level error, warn, info, debug or trace
   * @param file a file to log to as well, or empty
   */
  public static void configure(String level, String file) {
    System.setProperty("quorate.log.level", level);
    if (!file.isEmpty()) {
      System.setProperty("quorate.log.file", Path.of(file).toAbsolutePath().toString());
      System.setProperty("quorate.log.to", "file");
    }
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
  }
}
