package io.quorate.node.http;

/**
 * An answer.
 *
 * @param status the HTTP status, 200 or 503 say
 * @param contentType its media type with its character set, which is UTF-8 for text
 * @param body the text
 */
public record Page(int status, String contentType, String body) {

  /** A page of plain text; ends with a line break. */
  public static Page text(int status, String body) {
    return new Page(status, "text/plain; charset=utf-8", body + "\n");
  }
}
