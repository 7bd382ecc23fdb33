package io.quorate.raftqueue.link;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.quorate.link.v1.FromNode;
import io.quorate.link.v1.ToNode;
import java.io.IOException;
import java.io.InputStream;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.Status;

/**
 * The one gRPC method of the links, {@code quorate.link.v1.Link/Connect}: a stream in each
 * direction.
 */
final class LinkProtocol {

  /** Rises when old nodes could no longer understand new ones. */
  static final int VERSION = 1;

  /**
   * The largest message on a link, in bytes: a message of the largest size, and more than a usual
   * batch.
   */
  static final int MAX_MESSAGE_BYTES = 128 << 20;

  static final String SERVICE = "quorate.link.v1.Link";

  static final MethodDescriptor<ToNode, FromNode> CONNECT =
      MethodDescriptor.<ToNode, FromNode>newBuilder()
          .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
          .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Connect"))
          .setRequestMarshaller(new ProtoMarshaller<>(ToNode.parser()))
          .setResponseMarshaller(new ProtoMarshaller<>(FromNode.parser()))
          .build();

  private LinkProtocol() {}

  private static final class ProtoMarshaller<M extends MessageLite>
      implements MethodDescriptor.Marshaller<M> {
    private final Parser<M> parser;

    ProtoMarshaller(Parser<M> parser) {
      this.parser = parser;
    }

    @Override
    public InputStream stream(M message) {
      return new MessageStream(message);
    }

    @Override
    public M parse(InputStream stream) {
      try {
        return parser.parseFrom(stream);
      } catch (IOException e) {
        throw Status.INTERNAL
            .withDescription("link message cannot be read")
            .withCause(e)
            .asRuntimeException();
      }
    }
  }
}
