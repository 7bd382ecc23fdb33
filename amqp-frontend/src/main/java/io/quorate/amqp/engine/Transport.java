package io.quorate.amqp.engine;

import com.google.protobuf.ByteString;
import io.quorate.amqp.protocol.Method;
import java.util.concurrent.Executor;

/**
 * A connection's socket as the engine sees it. All calls are made on the connection's thread,
 * except {@link #execute}, which any thread may call. Writes to a socket that is gone are dropped
 * silently.
 */
public interface Transport extends Executor {

  /**
   * Sends the protocol header that says which protocol this server speaks (specification 4.2.2).
   */
  void writeProtocolHeader();

  void writeMethod(int channel, Method method);

  /**
   * Writes a method with its content, split into frames of the negotiated size.
   *
   * @param properties the header's property flags and property list, encoded
   */
  void writeContent(int channel, Method method, ByteString properties, ByteString body);

  /** Sends what was written; the engine calls it once per burst. */
  void flush();

  /** False while more is waiting to be sent than should be. */
  boolean isWritable();

  /**
   * Bytes that were written and not sent yet, where {@link #isWritable} is false; else any number.
   */
  long unsentBytes();

  /** Whether to read from the socket. */
  void setReading(boolean reading);

  /** What was negotiated: the largest frame to send and accept, heartbeats (0: none). */
  void tune(int frameMaxBytes, int heartbeatSeconds);

  /** Runs the task later on the connection's thread, in the order of the calls; never throws. */
  @Override
  void execute(Runnable task);

  /** Runs the task after a delay on the connection's thread, unless the socket is gone by then. */
  void schedule(long delayMs, Runnable task);

  /**
   * Runs the task after a delay on the connection's thread, whatever has become of the socket. Such
   * a task must not hold the connection: its memory would outlive it.
   */
  void scheduleBeyondClose(long delayMs, Runnable task);

  /** Sends what was written, then closes the socket. */
  void close();

  /**
   * Sends what was written, drops further input and leaves it to the peer to close the socket.
   *
   * @param timeoutMs closes it after that many milliseconds all the same
   */
  void closeAfterPeer(int timeoutMs);
}
