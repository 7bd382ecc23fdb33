package io.quorate.raftqueue.metadata;

import com.google.protobuf.ByteString;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * A password as it is stored: PBKDF2 with HMAC-SHA-256.
 *
 * @param salt at least one byte
 * @param iterations at least one
 * @param hash the derived key
 */
public record PasswordHash(ByteString salt, int iterations, ByteString hash) {

  public static final int SALT_BYTES = 16;

  /**
   * What SCRAM asks for at least (RFC 7677, section 4): some 10 ms on a small machine, several
   * times that on a busy one. More would make guessing from a stolen log harder, but a crowd of
   * clients with wrong passwords would take the node's cores. Stored with each hash, so it can be
   * raised.
   */
  public static final int ITERATIONS = 4096;

  private static final int HASH_BITS = 256;

  public PasswordHash {
    if (salt.isEmpty() || iterations < 1 || hash.isEmpty()) {
      throw new IllegalArgumentException("a password hash needs a salt, iterations and a hash");
    }
  }

  static PasswordHash of(String password, byte[] salt) {
    return of(password, salt, ITERATIONS);
  }

  static PasswordHash of(String password, byte[] salt, int iterations) {
    return new PasswordHash(
        ByteString.copyFrom(salt), iterations, derive(password, salt, iterations));
  }

  /** Whether this is the hash of {@code password}. Slow. An empty password is nobody's. */
  boolean matches(String password) {
    return !password.isEmpty()
        && MessageDigest.isEqual(
            derive(password, salt.toByteArray(), iterations).toByteArray(), hash.toByteArray());
  }

  private static ByteString derive(String password, byte[] salt, int iterations) {
    PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, HASH_BITS);
    try {
      byte[] key =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
      return ByteString.copyFrom(key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no PBKDF2WithHmacSHA256", e);
    } finally {
      spec.clearPassword();
    }
  }
}
