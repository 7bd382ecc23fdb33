package io.quorate.node;

import io.quorate.node.config.Configuration;
import io.quorate.node.config.ConfigurationException;
import io.quorate.node.config.Reference;
import io.quorate.node.config.Settings;
import io.quorate.node.lifecycle.ExitCode;
import io.quorate.node.lifecycle.NodeLogging;
import java.io.PrintStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The main class of a node. Has no logger: the log is set up by the configuration it reads. */
public final class QuorateNode {

  private QuorateNode() {}

  public static void main(String[] arguments) {
    Configuration configuration = null;
    ExitCode code = ExitCode.STOPPED;
    try {
      configuration = configure(arguments, System.getenv(), System.out);
    } catch (ConfigurationException e) {
      code = ExitCode.CONFIGURATION;
      e.problems().forEach(problem -> System.err.println("quorate-node: " + problem));
      System.err.println("quorate-node --help-config lists all settings.");
    }
    if (configuration != null) {
      NodeLogging.configure(
          configuration.get(Settings.LOG_LEVEL), configuration.get(Settings.LOG_FILE));
      code = new NodeProcess(configuration).run();
    }
    System.exit(code.number());
  }

  /**
   * Reads the configuration, or answers a question about it.
   *
   * @return null if there is nothing to run
   */
  static @Nullable Configuration configure(
      String[] arguments, Map<String, String> environment, PrintStream out)
      throws ConfigurationException {
    CommandLineOptions options = CommandLineOptions.parse(arguments);
    if (options.help) {
      out.print(options.usage());
      return null;
    }
    if (options.version) {
      out.println("quorate-node " + Version.text());
      return null;
    }
    if (options.helpConfig) {
      out.print(Reference.text());
      return null;
    }
    Configuration configuration = options.configuration(environment);
    if (options.checkConfig) {
      configuration.describe().forEach(out::println);
      return null;
    }
    return configuration;
  }
}
