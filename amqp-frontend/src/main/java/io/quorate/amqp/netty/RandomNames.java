package io.quorate.amqp.netty;

import io.quorate.amqp.engine.EngineNames;
import java.security.SecureRandom;
import java.util.Base64;

/** Names with 128 random bits. Thread-safe. */
final class RandomNames implements EngineNames {

  private static final int BYTES = 16;

  private final SecureRandom random = new SecureRandom();
  private final Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();

  @Override
  public String next(String prefix) {
    byte[] bits = new byte[BYTES];
    random.nextBytes(bits);
    return prefix + encoder.encodeToString(bits);
  }
}
