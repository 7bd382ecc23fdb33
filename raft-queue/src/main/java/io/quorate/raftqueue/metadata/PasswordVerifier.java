package io.quorate.raftqueue.metadata;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Checks passwords, and remembers which were right, so that a thousand connections of one user cost
 * one slow check. What is remembered is a salted digest, in memory only; wrong passwords are
 * checked slowly each time. Thread-safe.
 */
final class PasswordVerifier {

  private final Map<PasswordHash, byte[]> verified;

  /**
   * @param limit how many users to remember; the one longest unused goes first
   */
  PasswordVerifier(int limit) {
    this.verified =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<PasswordHash, byte[]> eldest) {
            return size() > limit;
          }
        };
  }

  boolean verify(PasswordHash hash, String password) {
    byte[] digest = digest(hash, password);
    synchronized (verified) {
      byte[] known = verified.get(hash);
      if (known != null && MessageDigest.isEqual(known, digest)) {
        return true;
      }
    }
    if (!hash.matches(password)) {
      return false;
    }
    synchronized (verified) {
      verified.put(hash, digest);
    }
    return true;
  }

  int remembered() {
    synchronized (verified) {
      return verified.size();
    }
  }

  private static byte[] digest(PasswordHash hash, String password) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(hash.salt().asReadOnlyByteBuffer());
      return sha.digest(password.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
