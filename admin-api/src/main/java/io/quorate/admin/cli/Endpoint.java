package io.quorate.admin.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where a node's admin services listen.
 *
 * @param host name or address, an IPv6 address without its brackets
 * @param port TCP port, 1 to 65535
 */
record Endpoint(String host, int port) {

  static final int MAX_ENDPOINTS = 64;

  /**
   * Reads {@code host:port[,host:port…]}.
   *
   * @throws IllegalArgumentException with a text for the user
   */
  static List<Endpoint> parseList(String text) {
    List<Endpoint> endpoints = new ArrayList<>();
    Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .map(Endpoint::parse)
        .forEach(
            endpoint -> {
              if (!endpoints.contains(endpoint)) {
                endpoints.add(endpoint);
              }
            });
    if (endpoints.size() > MAX_ENDPOINTS) {
      throw new IllegalArgumentException(
          "there are " + endpoints.size() + " endpoints; at most " + MAX_ENDPOINTS + " are taken");
    }
    return endpoints;
  }

  private static Endpoint parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1 || colon == text.length() - 1) {
      throw bad(text);
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      throw bad(text);
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port < 1 || port > 65535 || host.isBlank()) {
        throw bad(text);
      }
      return new Endpoint(host, port);
    } catch (NumberFormatException e) {
      throw bad(text);
    }
  }

  private static IllegalArgumentException bad(String text) {
    return new IllegalArgumentException(
        "'" + text + "' is no endpoint; write host:port, for instance 127.0.0.1:7671");
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
