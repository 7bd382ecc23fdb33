package io.quorate.amqp.netty;

import com.google.protobuf.ByteString;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.quorate.amqp.engine.Transport;
import io.quorate.amqp.protocol.FrameDecoder;
import io.quorate.amqp.protocol.FrameWriter;
import io.quorate.amqp.protocol.Method;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket as the engine sees it: gathers what a burst writes in pooled buffers and sends it with
 * one flush.
 */
final class NettyTransport implements Transport {

  private static final Logger log = LoggerFactory.getLogger(NettyTransport.class);
  private static final int FIRST_BUFFER_BYTES = 1024;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Channel channel;
  private final FrameDecoder decoder;
  private final Heartbeats heartbeats;
  private final SocketTimers timers;
  private @Nullable ByteBufWriter gathered;
  private int frameMaxBytes;
  private boolean closing;

  NettyTransport(Channel channel, FrameDecoder decoder, Heartbeats heartbeats, int frameMaxBytes) {
    this.channel = channel;
    this.decoder = decoder;
    this.heartbeats = heartbeats;
    this.timers = new SocketTimers(channel.eventLoop());
    this.frameMaxBytes = frameMaxBytes;
  }

  @Override
  public void writeProtocolHeader() {
    FrameWriter.protocolHeader(writer(8));
  }

  @Override
  public void writeMethod(int number, Method method) {
    ByteBufWriter writer = writer(0);
    int start = writer.position();
    try {
      FrameWriter.method(writer, number, method);
    } catch (IllegalArgumentException e) {
      writer.buffer().writerIndex(start);
      throw e;
    }
  }

  @Override
  public void writeContent(int number, Method method, ByteString properties, ByteString body) {
    ByteBufWriter writer =
        writer((int) FrameWriter.contentSize(properties.size(), body.size(), frameMaxBytes));
    int start = writer.position();
    try {
      FrameWriter.content(
          writer,
          number,
          method,
          properties.asReadOnlyByteBuffer(),
          body.asReadOnlyByteBuffer(),
          frameMaxBytes);
    } catch (IllegalArgumentException e) {
      writer.buffer().writerIndex(start);
      throw e;
    }
  }

  /** A writer with room for so many bytes and a method. */
  private ByteBufWriter writer(int bytes) {
    ByteBufWriter writer = gathered;
    if (writer != null && writer.buffer().readableBytes() + bytes > BUFFER_BYTES) {
      hand(writer);
      writer = null;
    }
    if (writer == null) {
      writer =
          new ByteBufWriter(channel.alloc().ioBuffer(Math.max(FIRST_BUFFER_BYTES, bytes + 256)));
      gathered = writer;
    }
    return writer;
  }

  private void hand(ByteBufWriter writer) {
    gathered = null;
    heartbeats.onWritten();
    channel.write(writer.buffer(), channel.voidPromise());
  }

  @Override
  public void flush() {
    ByteBufWriter writer = gathered;
    if (writer != null) {
      hand(writer);
      channel.flush();
    }
  }

  /** Sends a heartbeat now. */
  void sendHeartbeat() {
    FrameWriter.heartbeat(writer(8));
    flush();
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public long unsentBytes() {
    return channel.isWritable() ? 0 : channel.bytesBeforeWritable();
  }

  @Override
  public void setReading(boolean reading) {
    channel.config().setAutoRead(reading);
    heartbeats.setReading(reading);
  }

  @Override
  public void tune(int frameMax, int heartbeatSeconds) {
    frameMaxBytes = frameMax;
    decoder.setFrameMax(frameMax);
    heartbeats.start(heartbeatSeconds);
  }

  @Override
  public void execute(Runnable task) {
    try {
      channel.eventLoop().execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("server stopped: what the store said to {} is dropped", channel);
    }
  }

  @Override
  public void schedule(long delayMs, Runnable task) {
    try {
      timers.schedule(delayMs, task);
    } catch (RejectedExecutionException e) {
      log.debug("server stopped: a timer of {} is dropped", channel);
    }
  }

  @Override
  public void scheduleBeyondClose(long delayMs, Runnable task) {
    try {
      channel.eventLoop().schedule(task, delayMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("server stopped: a timer of {} is dropped", channel);
    }
  }

  @Override
  public void close() {
    stop();
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void closeAfterPeer(int timeoutMs) {
    stop();
    schedule(timeoutMs, this::close);
  }

  private void stop() {
    if (!closing) {
      closing = true;
      decoder.fail();
      heartbeats.stop();
      flush();
    }
  }

  /** The socket is gone: drops what was gathered and what was to be done later. */
  void discard() {
    closing = true;
    heartbeats.stop();
    timers.cancelAll();
    ByteBufWriter writer = gathered;
    if (writer != null) {
      gathered = null;
      writer.buffer().release();
    }
  }
}
