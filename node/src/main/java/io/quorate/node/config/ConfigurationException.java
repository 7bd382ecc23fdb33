package io.quorate.node.config;

import java.util.List;

/**
 * The configuration is wrong; the node must not start. Says all that is wrong at once. Carries no
 * stack trace.
 */
public final class ConfigurationException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  public ConfigurationException(List<String> problems) {
    super(String.join("\n", problems), null, false, false);
    this.problems = List.copyOf(problems);
  }

  /** One line for each thing that is wrong. */
  public List<String> problems() {
    return problems;
  }
}
