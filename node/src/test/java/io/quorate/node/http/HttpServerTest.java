package io.quorate.node.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HttpServerTest {

  private static final int MAX_CONNECTIONS = 4;

  private final HttpClient client = HttpClient.newHttpClient();
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    Map<String, Supplier<Page>> pages =
        Map.of(
            "/ok", () -> Page.text(200, "grün"),
            "/broken",
                () -> {
                  throw new IllegalStateException("secret detail");
                });
    server = HttpServer.start("127.0.0.1", 0, MAX_CONNECTIONS, pages);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void servesAPageWithOrWithoutAQuery() throws Exception {
    HttpResponse<String> response = get("/ok?x=1");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("grün\n");
    assertThat(response.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
  }

  @Test
  void headHasTheLengthAndNoBody() throws Exception {
    HttpRequest head =
        HttpRequest.newBuilder(uri("/ok"))
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> response = client.send(head, HttpResponse.BodyHandlers.ofString());
    assertThat(response.headers().firstValueAsLong("content-length")).hasValue(6);
    assertThat(response.body()).isEmpty();
  }

  @Test
  void unknownPathNamesThoseThatExist() throws Exception {
    HttpResponse<String> response = get("/metrics");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("/broken, /ok");
  }

  @Test
  void otherMethodsAreRefused() throws Exception {
    HttpRequest post =
        HttpRequest.newBuilder(uri("/ok")).POST(HttpRequest.BodyPublishers.ofString("x")).build();
    HttpResponse<String> response = client.send(post, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("allow")).contains("GET, HEAD");
  }

  @Test
  void failingPageShowsNothingOfTheFailure() throws Exception {
    HttpResponse<String> response = get("/broken");
    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(response.body()).doesNotContain("secret");
    assertThat(get("/ok").statusCode()).isEqualTo(200);
  }

  @Test
  void garbageAndOversizedRequestsAreRefusedAndOthersAreServed() throws Exception {
    assertThat(raw("\u0000\u0001garbage\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(raw("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(raw("GET /ok HTTP/1.1\r\nh: " + "a".repeat(20_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(raw("POST /ok HTTP/1.1\r\ncontent-length: 100000\r\n\r\n"))
        .startsWith("HTTP/1.1 413");
    assertThat(raw("GET /%zz HTTP/1.1\r\nconnection: close\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(get("/ok").statusCode()).isEqualTo(200);
  }

  @Test
  void connectionsAreBounded() throws Exception {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < MAX_CONNECTIONS; i++) {
        Socket socket = connect();
        open.add(socket);
        assertThat(exchange(socket, "GET /ok HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 200");
      }
      try (Socket oneTooMany = connect()) {
        assertThat(exchange(oneTooMany, "GET /ok HTTP/1.1\r\n\r\n")).isEmpty();
      }
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void takenPortIsToldInOneLine() {
    assertThatThrownBy(() -> HttpServer.start("127.0.0.1", server.port(), 1, Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + server.port());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.port());
  }

  private String raw(String request) throws IOException {
    try (Socket socket = connect()) {
      return exchange(socket, request);
    }
  }

  /** What comes back in the first packet; empty if the connection is closed instead. */
  private static String exchange(Socket socket, String request) throws IOException {
    try {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      byte[] buffer = new byte[4096];
      int read = socket.getInputStream().read(buffer);
      return read < 0 ? "" : new String(buffer, 0, read, StandardCharsets.UTF_8);
    } catch (SocketException e) {
      return "";
    }
  }
}
