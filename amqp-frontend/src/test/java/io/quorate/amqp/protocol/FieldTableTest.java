package io.quorate.amqp.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.impl.ValueReader;
import com.rabbitmq.client.impl.ValueWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Field tables: the types and their signedness, round trips, bounds, agreement with the client. */
class FieldTableTest {
  @Test
  void readsEveryTypeWithItsSign() {
    assertThat(value("'t' 00")).isEqualTo(false);
    assertThat(value("'t' 02")).isEqualTo(true);
    assertThat(value("'b' ff")).isEqualTo((byte) -1);
    assertThat(value("'B' ff")).isEqualTo((short) 255);
    assertThat(value("'s' ffff")).isEqualTo((short) -1);
    assertThat(value("'u' ffff")).isEqualTo(65535);
    assertThat(value("'I' ffffffff")).isEqualTo(-1);
    assertThat(value("'i' ffffffff")).isEqualTo(4294967295L);
    assertThat(value("'l' ffffffffffffffff")).isEqualTo(-1L);
    assertThat(value("'L' ffffffffffffffff")).isEqualTo(-1L);
    assertThat(value("'f' 3fc00000")).isEqualTo(1.5f);
    assertThat(value("'d' 3ff8000000000000")).isEqualTo(1.5d);
    assertThat(value("'D' 02 0000007b")).isEqualTo(new BigDecimal("1.23"));
    assertThat(value("'D' 00 ffffffff")).isEqualTo(new BigDecimal(-1));
    assertThat(value("'S' 00000003 'a' c3a9")).isEqualTo("a\u00e9");
    assertThat(value("'x' 00000002 00ff")).isEqualTo(new byte[] {0, -1});
    assertThat(value("'T' 0000000000000002")).isEqualTo(new Date(2000));
    assertThat(value("'T' ffffffffffffffff")).isEqualTo(new Date(-1000));
    assertThat(value("'A' 00000003 'V' 't' 01")).isEqualTo(Arrays.asList(null, true));
    assertThat(value("'F' 00000004 01'k' 'b' 05")).isEqualTo(Map.of("k", (byte) 5));
    assertThat(value("'V'")).isNull();
  }

  @Test
  void keepsALongStringThatIsNotUtf8() {
    Object value = value("'S' 00000002 fffe");
    assertThat(value).isEqualTo("\udbff\udfff\udbff\udffe");
    assertThat(Octets.written(out -> FieldWriter.table(out, Map.of("k", value))))
        .isEqualTo(Octets.hex("00000009 01'k' 'S' 00000002 fffe"));
  }

  @Property(tries = 2000)
  void roundTrips(@ForAll long seed) {
    Map<String, @Nullable Object> table = new RandomValues(seed).table(5);
    byte[] octets = Octets.written(out -> FieldWriter.table(out, table));
    WireReader in = Octets.reader(octets);
    assertThat(Octets.comparable(in.table())).isEqualTo(Octets.comparable(table));
    in.expectEnd();
    assertThat(new WireReader(ByteBuffer.wrap(octets).asReadOnlyBuffer()).table().keySet())
        .isEqualTo(table.keySet());
  }

  @Property(tries = 1000)
  @SuppressWarnings("unchecked")
  void writesWhatTheClientWritesAndReads(@ForAll long seed) throws IOException {
    Map<String, @Nullable Object> table = new RandomValues(seed).table(4);
    byte[] octets = Octets.written(out -> FieldWriter.table(out, table));
    ByteArrayOutputStream client = new ByteArrayOutputStream();
    Map<String, Object> clientTable = (Map<String, Object>) Description.forClient(table);
    new ValueWriter(new DataOutputStream(client)).writeTable(clientTable);
    assertThat(octets).isEqualTo(client.toByteArray());

    Map<String, Object> read =
        new ValueReader(new DataInputStream(new ByteArrayInputStream(octets))).readTable();
    ByteArrayOutputStream again = new ByteArrayOutputStream();
    new ValueWriter(new DataOutputStream(again)).writeTable(read);
    assertThat(Octets.comparable(Octets.reader(again.toByteArray()).table()))
        .isEqualTo(Octets.comparable(table));
  }

  @Test
  void takesTheLastOfAKeyThatComesTwice() {
    assertThat(table("00000008 01'k' 'b' 01 01'k' 'b' 02")).isEqualTo(Map.of("k", (byte) 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "000000", // no length
        "00000001", // a length beyond the end
        "7fffffff", // a huge length
        "ffffffff", // one that is negative as an int
        "00000001 05", // a key beyond the end
        "00000002 01ff", // no value for a key that is not UTF-8
        "00000002 01'k'", // no value
        "00000003 01'k' 'z'", // an unknown type
        "00000004 01'k' 's' 01", // a value beyond the table's end
        "00000004 01'k' 's' 01 01", // the same, with more after the table
        "00000007 01'k' 'S' 7fffffff", // a huge string
        "00000007 01'k' 'x' ffffffff",
        "00000007 01'k' 'A' 00000001",
        "0000000b 01'k' 'T' 7fffffffffffffff", // no date reaches so far
      })
  void refusesMalformedTables(String octets) {
    assertThatThrownBy(() -> table(octets))
        .isInstanceOfSatisfying(
            ProtocolException.class,
            e -> assertThat(e.replyCode()).isEqualTo(ReplyCode.SYNTAX_ERROR))
        .hasMessageContaining("arguments");
  }

  @Test
  void boundsTheDepth() {
    assertThat(Octets.reader(nested(FieldTables.MAX_DEPTH)).table()).hasSize(1);
    assertThatThrownBy(() -> Octets.reader(nested(FieldTables.MAX_DEPTH + 1)).table())
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("64 deep");
    assertThatThrownBy(() -> Octets.reader(nested(5000)).table())
        .isInstanceOf(ProtocolException.class);

    Object value = "x";
    for (int i = 0; i < FieldTables.MAX_DEPTH; i++) {
      value = List.of(value);
    }
    Object tooDeep = value;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Octets.written(out -> FieldWriter.table(out, Map.of("k", tooDeep))));
  }

  @Test
  void refusesToWriteWhatDoesNotFit() {
    for (Object bad :
        List.of(
            new Object(), 'c', new BigDecimal("1e40"), new BigDecimal("1e-256"), Map.of(1, 2))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Octets.written(out -> FieldWriter.table(out, Map.of("k", bad))));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Octets.written(out -> FieldWriter.shortString(out, "\u00e9".repeat(128))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Octets.written(out -> FieldWriter.longUint(out, -1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Octets.written(out -> FieldWriter.shortUint(out, 65536)));
  }

  private static byte[] nested(int depth) {
    byte[] inner = {};
    for (int level = depth; level > 1; level--) {
      byte[] content = inner;
      inner =
          Octets.written(
              out -> {
                out.putBytes(Octets.hex("01'k' 'F'"), 0, 3);
                FieldWriter.longBytes(out, content);
              });
    }
    byte[] content = inner;
    return Octets.written(out -> FieldWriter.longBytes(out, content));
  }

  private static Map<String, @Nullable Object> table(String octets) {
    return Octets.reader(Octets.hex(octets)).at("arguments").table();
  }

  private static @Nullable Object value(String octets) {
    byte[] entry = Octets.hex("01'k'" + octets);
    WireReader in = Octets.reader(Octets.written(out -> FieldWriter.longBytes(out, entry)));
    Object value = in.table().get("k");
    in.expectEnd();
    return value;
  }
}
