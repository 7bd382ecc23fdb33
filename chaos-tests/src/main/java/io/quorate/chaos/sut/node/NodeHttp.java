package io.quorate.chaos.sut.node;

import io.quorate.chaos.sut.Figures;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/**
 * A node's HTTP port. Every question takes a second at most.
 *
 * @param address host and port
 */
public record NodeHttp(String address) {

  private static final int TIMEOUT_MS = 1000;

  public boolean isReady() {
    try {
      HttpURLConnection connection = connect("/health/ready");
      try {
        return connection.getResponseCode() == 200;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return false;
    }
  }

  public Figures figures() {
    try {
      HttpURLConnection connection = connect("/metrics");
      try (InputStream in = connection.getInputStream()) {
        return Figures.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return Figures.NONE;
    }
  }

  private HttpURLConnection connect(String path) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://" + address + path).toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MS);
    connection.setReadTimeout(TIMEOUT_MS);
    return connection;
  }
}
