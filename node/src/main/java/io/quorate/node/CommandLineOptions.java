package io.quorate.node;

import io.quorate.node.config.Configuration;
import io.quorate.node.config.ConfigurationException;
import io.quorate.node.config.Setting;
import io.quorate.node.config.Settings;
import io.quorate.node.config.Suggestions;
import io.quorate.node.lifecycle.ExitCode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** What the command line says: a question to answer, or the settings of a node to start. */
@Command(
    name = "quorate-node",
    description = "Runs one node of a Quorate cluster until it is told to stop (SIGTERM).",
    sortOptions = false,
    footerHeading = "%nExit codes:%n",
    synopsisHeading = "Usage: ",
    customSynopsis = "quorate-node [--config FILE] [--SETTING VALUE]...")
final class CommandLineOptions {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration file; also QUORATE_CONFIG.")
  @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "A setting, by its name in the file: --set amqp.port=5672.")
  Map<String, String> set = new LinkedHashMap<>();

  @Option(
      names = "--help-config",
      description =
          "Print all settings with defaults and documentation. Each is a flag too:"
              + " amqp.port is --amqp-port.")
  boolean helpConfig;

  @Option(
      names = "--check-config",
      description = "Check the configuration, print what differs from the defaults, and end.")
  boolean checkConfig;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this and end.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      description = "Print the version and end.")
  boolean version;

  private final Map<String, String> flags = new LinkedHashMap<>();

  private CommandLineOptions() {}

  /** Reads the command line; the settings in it are not checked yet. */
  static CommandLineOptions parse(String[] arguments) throws ConfigurationException {
    CommandLineOptions options = new CommandLineOptions();
    CommandLine parser = options.parser();
    try {
      parser.parseArgs(arguments);
    } catch (CommandLine.UnmatchedArgumentException e) {
      throw new ConfigurationException(unknown(e.getUnmatched(), parser));
    } catch (CommandLine.ParameterException e) {
      throw new ConfigurationException(List.of(String.valueOf(e.getMessage())));
    }
    return options;
  }

  /** For {@code --help}. */
  String usage() {
    return parser().getUsageMessage();
  }

  /** The settings of all sources. */
  Configuration configuration(Map<String, String> environment) throws ConfigurationException {
    Map<String, String> all = new LinkedHashMap<>(set);
    all.putAll(flags);
    String fromEnvironment = environment.get("QUORATE_CONFIG");
    Path chosen = file != null || fromEnvironment == null ? file : Path.of(fromEnvironment);
    return Configuration.load(chosen, environment, all);
  }

  private CommandLine parser() {
    CommandLine parser = new CommandLine(this).setOverwrittenOptionsAllowed(true);
    for (Setting<?> setting : Settings.all()) {
      parser
          .getCommandSpec()
          .addOption(
              OptionSpec.builder(setting.flagName())
                  .paramLabel("VALUE")
                  .type(String.class)
                  .arity("1")
                  .hidden(true)
                  .setter(
                      new ISetter() {
                        @Override
                        @SuppressWarnings("TypeParameterUnusedInFormals") // picocli's signature
                        public <T> @Nullable T set(T value) {
                          if (value != null) {
                            flags.put(setting.name(), value.toString());
                          }
                          return null;
                        }
                      })
                  .build());
    }
    parser.getCommandSpec().usageMessage().footer(exitCodes());
    return parser;
  }

  private static String[] exitCodes() {
    return Arrays.stream(ExitCode.values())
        .map(code -> "  %d  %s".formatted(code.number(), code.description()))
        .toArray(String[]::new);
  }

  private static List<String> unknown(List<String> arguments, CommandLine parser) {
    Set<String> names = parser.getCommandSpec().optionsMap().keySet();
    String first = arguments.isEmpty() ? "?" : arguments.get(0);
    String flag = first.contains("=") ? first.substring(0, first.indexOf('=')) : first;
    if (!flag.startsWith("-")) {
      return List.of(
          "command line: '%s' is not a flag; settings are given as --amqp-port 5672"
              .formatted(flag));
    }
    return List.of(
        "command line: there is no flag %s.%s".formatted(flag, Suggestions.question(flag, names)));
  }
}
