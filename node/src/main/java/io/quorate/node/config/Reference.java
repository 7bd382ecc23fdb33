package io.quorate.node.config;

/** The reference of all settings, for the terminal and for docs/configuration.md. */
public final class Reference {

  private static final int WIDTH = 88;

  private Reference() {}

  /** For {@code --help-config}. */
  public static String text() {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        Settings of quorate-node. A later source overrides an earlier one:
          1. the defaults below
          2. the file named by --config: lines of 'name = value', '#' begins a comment line
          3. environment variables: QUORATE_AMQP_PORT=5672
          4. flags: --amqp-port 5672, or --set amqp.port=5672

        """);
    for (Setting<?> setting : Settings.all()) {
      out.append("%s = %s%n".formatted(setting.name(), setting.defaultText()).stripTrailing())
          .append('\n');
      wrap(out, setting.documentation());
      wrap(out, "Value: " + setting.type().description() + ".");
      out.append('\n');
    }
    return out.toString();
  }

  /** The page docs/configuration.md. */
  public static String markdown() {
    StringBuilder out = new StringBuilder();
    out.append(
        """
        # Configuration

        <!-- Generated from the declarations in io.quorate.node.config.Settings; a test compares. To write it anew:
             mvn -pl node -am test -Dtest=ReferenceTest -Dsurefire.failIfNoSpecifiedTests=false -Ddocs.update=true -->

        A node takes its settings from four sources; a later one overrides an earlier one:

        1. the defaults below;
        2. a file, named by `--config` or `QUORATE_CONFIG` (the distribution's `bin/quorate-node` takes `conf/quorate.conf`
           if neither is given): lines of `name = value`, a line that begins with `#` is a comment;
        3. environment variables: `QUORATE_` and the name in capitals, `_` for `.` and `-`: `QUORATE_AMQP_PORT=5672`;
        4. flags: `--amqp-port 5672`, or `--set amqp.port=5672`.

        A setting that does not exist or has an invalid value stops the start with exit code 2 and a text that says what would
        be right. (An environment variable that begins with `QUORATE_` but resembles no setting is left alone.)
        `quorate-node --help-config` prints this reference.

        | Setting | Default | Value | What it does |
        |---|---|---|---|
        """);
    for (Setting<?> setting : Settings.all()) {
      String shown = setting.defaultText().isEmpty() ? "" : "`" + setting.defaultText() + "`";
      out.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  setting.name(),
                  shown,
                  setting.type().description().replace("|", "\\|"),
                  setting.documentation().replace("|", "\\|")));
    }
    return out.toString();
  }

  private static void wrap(StringBuilder out, String text) {
    int column = 0;
    for (String word : text.split(" ", -1)) {
      if (column == 0 || column + 1 + word.length() > WIDTH) {
        out.append(column == 0 ? "    " : "\n    ").append(word);
        column = 4 + word.length();
      } else {
        out.append(' ').append(word);
        column += 1 + word.length();
      }
    }
    out.append('\n');
  }
}
