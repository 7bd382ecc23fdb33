package io.quorate.chaos.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;

/** The distribution under test, for clusters that are not started by the launcher. */
public final class Distribution {

  private static final Duration LIMIT = Duration.ofMinutes(1);

  private Distribution() {}

  /**
   * The archive.
   *
   * @throws IllegalStateException with what to do if there is none
   */
  public static Path archive() {
    return Repository.distribution()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "there is no distribution in node/target:"
                        + " mvn -Dfast -Dmaven.test.skip -pl node -am package makes one"));
  }

  /** The SHA-256 of the archive, in hexadecimal: which build was tested. */
  public static String digest() {
    try (InputStream archive = Files.newInputStream(archive())) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      archive.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  /** Unpacks it; {@code bin} is right below the directory then. */
  public static void unpack(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Command.of(
            "tar", "-xzf", archive().toString(), "-C", directory.toString(), "--strip-components=1")
        .withTimeout(LIMIT)
        .runSuccessfully();
  }
}
