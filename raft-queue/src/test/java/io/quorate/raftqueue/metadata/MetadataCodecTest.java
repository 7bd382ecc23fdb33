package io.quorate.raftqueue.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.log.v1.MetadataEntry;
import io.quorate.log.v1.MetadataOperation;
import io.quorate.raftqueue.api.DefinitionCommand.DeclareQueue;
import io.quorate.raftqueue.api.DefinitionCommand.PutUser;
import io.quorate.raftqueue.api.RefusedException;
import io.quorate.raftqueue.metadata.MetadataCommand.Define;
import io.quorate.raftqueue.metadata.MetadataCommand.PutCredentials;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class MetadataCodecTest {

  @Property
  void everyCommandComesBack(@ForAll("commands") List<MetadataCommand> commands) {
    assertThat(roundTrip(commands)).isEqualTo(commands);
  }

  @Property(tries = 2000)
  void everyValueComesBackWithItsType(@ForAll("values") Object value) {
    assertThat(sameWithTypes(argument(roundTrip(List.of(declare(value)))), value))
        .as("%s", value)
        .isTrue();
  }

  @Test
  void everyTypeIsGenerated() {
    List<String> types = new ArrayList<>();
    values().sampleStream().limit(2000).forEach(v -> types.add(v.getClass().getSimpleName()));
    assertThat(types)
        .contains(
            "Boolean",
            "Byte",
            "Short",
            "Integer",
            "Long",
            "Float",
            "Double",
            "BigDecimal",
            "String",
            "byte[]",
            "Date",
            "ArrayList",
            "LinkedHashMap");
  }

  @Test
  void voidStaysVoid() {
    Map<String, Object> table = new LinkedHashMap<>();
    table.put("nothing", null);
    assertThat(argument(roundTrip(List.of(declare(table))))).isEqualTo(table);
  }

  @Test
  void passwordsAreNotInTheLog() {
    MetadataCommand command =
        MetadataCommand.of(new PutUser("u", "very-secret"), () -> new byte[] {1, 2, 3});
    byte[] entry = MetadataCodec.encode(List.of(command));
    assertThat(new String(entry, StandardCharsets.ISO_8859_1)).doesNotContain("secret");
    PutCredentials decoded = (PutCredentials) MetadataCodec.decode(ByteBuffer.wrap(entry)).get(0);
    assertThat(decoded.password().matches("very-secret")).isTrue();
    assertThat(decoded.password().matches("very-secret ")).isFalse();
    assertThatThrownBy(() -> new Define(new PutUser("u", "p")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theDeepestTableThatIsTakenCanBeReadAndOneDeeperIsRefused() {
    assertThat(roundTrip(List.of(declare(nested(ValueCodec.MAX_DEPTH - 1))))).hasSize(1);
    assertThatThrownBy(() -> MetadataCodec.encode(List.of(declare(nested(ValueCodec.MAX_DEPTH)))))
        .isInstanceOf(RefusedException.class)
        .hasMessage("argument tables may be nested 16 deep at most");
  }

  @Test
  void whatAmqpDoesNotHaveIsRefused() {
    assertThatThrownBy(() -> MetadataCodec.encode(List.of(declare(BigInteger.ONE))))
        .isInstanceOf(RefusedException.class)
        .hasMessage("java.math.BigInteger is no AMQP value");
  }

  @Test
  void aNewerOrDamagedEntryIsNotApplied() {
    byte[] newer =
        MetadataEntry.newBuilder().setVersion(MetadataCodec.VERSION + 1).build().toByteArray();
    assertThatThrownBy(() -> MetadataCodec.decode(ByteBuffer.wrap(newer)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a metadata entry has version 2; this release reads version 1");
    byte[] unknown =
        MetadataEntry.newBuilder()
            .setVersion(MetadataCodec.VERSION)
            .addOperations(MetadataOperation.getDefaultInstance())
            .build()
            .toByteArray();
    assertThatThrownBy(() -> MetadataCodec.decode(ByteBuffer.wrap(unknown)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("an operation that this version doesn't know");
    assertThatThrownBy(() -> MetadataCodec.decode(ByteBuffer.wrap(new byte[] {9, 9, 9})))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("a metadata entry cannot be read");
  }

  @Provide
  Arbitrary<List<MetadataCommand>> commands() {
    return Commands.lists();
  }

  @Provide
  Arbitrary<Object> values() {
    Arbitrary<String> text = Arbitraries.strings().ascii().withChars('ä', '€').ofMaxLength(5);
    Arbitrary<Object> scalars =
        Arbitraries.oneOf(
            List.of(
                Arbitraries.of(true, false).asGeneric(),
                Arbitraries.bytes().asGeneric(),
                Arbitraries.shorts().asGeneric(),
                Arbitraries.integers().asGeneric(),
                Arbitraries.longs().asGeneric(),
                Arbitraries.floats().asGeneric(),
                Arbitraries.doubles().asGeneric(),
                Arbitraries.bigDecimals().asGeneric(),
                text.asGeneric(),
                Arbitraries.bytes().array(byte[].class).ofMaxSize(5).asGeneric(),
                Arbitraries.longs().map(Date::new).asGeneric()));
    return Arbitraries.recursive(
        () -> scalars,
        inner ->
            Arbitraries.oneOf(
                List.of(
                    inner,
                    inner.list().ofMaxSize(3).map(ArrayList::new).asGeneric(),
                    Arbitraries.maps(text, inner)
                        .ofMaxSize(3)
                        .map(m -> new LinkedHashMap<>(m))
                        .asGeneric())),
        0,
        3);
  }

  private static MetadataCommand declare(Object argument) {
    return new Define(
        new DeclareQueue("/", "q", true, false, false, null, 0, Map.of("argument", argument)));
  }

  private static Object argument(List<MetadataCommand> commands) {
    DeclareQueue declare = (DeclareQueue) ((Define) commands.get(0)).command();
    return declare.arguments().get("argument");
  }

  private static List<MetadataCommand> roundTrip(List<MetadataCommand> commands) {
    return MetadataCodec.decode(ByteBuffer.wrap(MetadataCodec.encode(commands)));
  }

  private static Object nested(int depth) {
    Object value = 1;
    for (int i = 0; i < depth; i++) {
      value = i % 2 == 0 ? Map.of("inner", value) : List.of(value);
    }
    return value;
  }

  private static boolean sameWithTypes(Object a, Object b) {
    if (a instanceof byte[] x) {
      return b instanceof byte[] y && Arrays.equals(x, y);
    } else if (a instanceof List<?> x) {
      return b instanceof List<?> y
          && x.size() == y.size()
          && IntStream.range(0, x.size()).allMatch(i -> sameWithTypes(x.get(i), y.get(i)));
    } else if (a instanceof Map<?, ?> x) {
      return b instanceof Map<?, ?> y
          && List.copyOf(x.keySet()).equals(List.copyOf(y.keySet()))
          && x.keySet().stream().allMatch(k -> sameWithTypes(x.get(k), y.get(k)));
    }
    return a instanceof BigDecimal ? a.equals(b) : a.getClass() == b.getClass() && a.equals(b);
  }
}
