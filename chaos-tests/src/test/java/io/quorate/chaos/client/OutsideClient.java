package io.quorate.chaos.client;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Clients that are not part of the build: a test says so and is skipped if one is missing, or fails
 * if it must be there.
 */
final class OutsideClient {

  private static final boolean REQUIRED = "1".equals(System.getenv("QUORATE_REQUIRE_CLIENTS"));

  private OutsideClient() {}

  /**
   * Goes on only if the client is there.
   *
   * @param hint how to get it
   * @throws AssertionError if it is missing and the environment says {@code
   *     QUORATE_REQUIRE_CLIENTS=1}
   */
  static void require(boolean present, String client, String hint) {
    String message = client + " is not installed: " + hint;
    if (!present && REQUIRED) {
      throw new AssertionError(message);
    }
    if (!present) {
      System.out.println("SKIPPED: " + message);
    }
    assumeTrue(present, message);
  }

  /** True if a program of that name is on the path. */
  static boolean onPath(String program) {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }
}
