package io.quorate.node.http;

import static io.netty.handler.codec.http.HttpHeaderNames.ALLOW;
import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests of one connection. */
final class PageHandler extends SimpleChannelInboundHandler<FullHttpRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(PageHandler.class);

  private final Map<String, Supplier<Page>> pages;

  PageHandler(Map<String, Supplier<Page>> pages) {
    this.pages = pages;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    boolean bad = request.decoderResult().isFailure();
    boolean head = request.method().equals(HttpMethod.HEAD);
    Page page;
    if (bad) {
      page = Page.text(400, "this is not an HTTP request that can be read");
    } else if (!head && !request.method().equals(HttpMethod.GET)) {
      page = Page.text(405, "only GET and HEAD are understood here");
    } else {
      page = pageAt(request.uri());
    }
    boolean keepAlive = !bad && HttpUtil.isKeepAlive(request);
    FullHttpResponse response = response(page, head);
    HttpUtil.setKeepAlive(response.headers(), HttpVersion.HTTP_1_1, keepAlive);
    var written = context.writeAndFlush(response);
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private Page pageAt(String uri) {
    Supplier<Page> found;
    try {
      found = pages.get(new QueryStringDecoder(uri).path());
    } catch (IllegalArgumentException e) {
      return Page.text(400, "the path cannot be decoded");
    }
    if (found == null) {
      return Page.text(404, "nothing here; there are " + String.join(", ", pages.keySet()));
    }
    try {
      return found.get();
    } catch (RuntimeException e) {
      LOG.error("The page {} could not be made", uri, e);
      return Page.text(500, "this page could not be made; the node's log says why");
    }
  }

  private static FullHttpResponse response(Page page, boolean head) {
    byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
    ByteBuf content = head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(page.status()), content);
    response
        .headers()
        .set(CONTENT_TYPE, page.contentType())
        .setInt(CONTENT_LENGTH, body.length)
        .remove(CONNECTION);
    if (page.status() == 405) {
      response.headers().set(ALLOW, "GET, HEAD");
    }
    return response;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException || cause instanceof ReadTimeoutException) {
      LOG.debug("HTTP connection ended: {}", cause.toString());
    } else {
      LOG.warn("HTTP connection closed: {}", cause.toString());
    }
    context.close();
  }
}
