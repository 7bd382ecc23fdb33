package io.quorate.node.config;

import java.util.Locale;

/**
 * The declaration of a setting. Its name is written in lower case with dots between groups ({@code
 * amqp.frame-max}); the names of the environment variable and of the flag follow from it.
 *
 * @param <T> the type of its value
 * @param name the name, as in a configuration file
 * @param type how its text is read and checked
 * @param defaultText what applies when it is not set, as a user would write it
 * @param documentation what it does, in a sentence or two
 * @param secret whether its value must not be shown
 */
public record Setting<T>(
    String name, ValueType<T> type, String defaultText, String documentation, boolean secret) {

  public Setting {
    type.parse(defaultText);
  }

  Setting(String name, ValueType<T> type, String defaultText, String documentation) {
    this(name, type, defaultText, documentation, false);
  }

  /** {@code amqp.frame-max} is {@code QUORATE_AMQP_FRAME_MAX} in the environment. */
  public String environmentName() {
    return Environment.PREFIX + name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /** {@code amqp.frame-max} is {@code --amqp-frame-max} on the command line. */
  public String flagName() {
    return "--" + name.replace('.', '-');
  }

  @Override
  public String toString() {
    return name;
  }
}
