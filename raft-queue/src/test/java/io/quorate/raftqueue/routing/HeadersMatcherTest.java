package io.quorate.raftqueue.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HeadersMatcherTest {

  static Stream<Arguments> cases() {
    return Stream.of(
        row(table(), table(), true),
        row(table("x-match", "any"), table("a", 1), false),
        row(table("a", 1), table("a", 1, "b", 2), true),
        row(table("a", 1, "b", 2), table("a", 1), false),
        row(table("x-match", "all", "a", 1, "b", 2), table("a", 1, "b", 3), false),
        row(table("x-match", "any", "a", 1, "b", 2), table("a", 1, "b", 3), true),
        row(table("x-match", "any", "a", 1, "b", 2), table("a", 2, "b", 3), false),
        // Widths are no part of a value, types are.
        row(table("a", 1), table("a", 1L), true),
        row(table("a", (byte) 1), table("a", (short) 1), true),
        row(table("a", -1), table("a", (byte) 255), true),
        row(table("a", 1.5f), table("a", 1.5d), true),
        row(table("a", 1), table("a", "1"), false),
        row(table("a", 1), table("a", 1.0d), false),
        row(table("a", 1), table("a", true), false),
        row(table("a", new BigDecimal("1.50")), table("a", new BigDecimal("1.5")), true),
        row(table("a", new byte[] {1}), table("a", new byte[] {1}), true),
        row(table("a", new byte[] {1}), table("a", new byte[] {2}), false),
        row(table("a", new Date(1000)), table("a", new Date(1000)), true),
        row(table("a", new Date(1000)), table("a", 1000L), false),
        row(table("a", List.of(1, "x")), table("a", List.of(1L, "x")), true),
        row(table("a", List.of(1)), table("a", List.of(1, 2)), false),
        row(table("a", table("b", 1)), table("a", table("b", 1L)), true),
        row(table("a", table("b", 1)), table("a", table("c", 1)), false),
        // Void asks for presence.
        row(table("a", null), table("a", "anything"), true),
        row(table("a", null), table("a", null), true),
        row(table("a", null), table("b", 1), false),
        row(table("a", 1), table("a", null), false),
        // Fields that begin with x- count only when asked for.
        row(table("x-a", 1, "b", 2), table("b", 2), true),
        row(table("x-match", "all-with-x", "x-a", 1, "b", 2), table("b", 2), false),
        row(table("x-match", "all-with-x", "x-a", 1, "b", 2), table("x-a", 1, "b", 2), true),
        row(table("x-match", "any", "x-a", 1), table("x-a", 1), false),
        row(table("x-match", "any-with-x", "x-a", 1, "b", 2), table("x-a", 1), true),
        row(table("x-match", "all-with-x", "b", 2), table("x-match", "any", "b", 2), true));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void matches(Map<String, Object> binding, Map<String, Object> headers, boolean expected) {
    assertThat(HeadersMatcher.problem(binding)).isNull();
    assertThat(HeadersMatcher.of(binding).matches(headers)).isEqualTo(expected);
  }

  @Test
  void saysWhatIsWrongWithXMatch() {
    assertThat(HeadersMatcher.problem(table("x-match", "some")))
        .isEqualTo(
            "invalid x-match: received the value 'some' of type 'longstr', expected 'all', 'any', 'all-with-x' or"
                + " 'any-with-x'");
    assertThat(HeadersMatcher.problem(table("x-match", null)))
        .isEqualTo(
            "invalid x-match: received a value of type 'void', expected 'all', 'any', 'all-with-x' or 'any-with-x'");
  }

  @Test
  void valuesThatAreTheSameHaveTheSameHash() {
    List<Object> values =
        Arrays.asList(
            null,
            true,
            (byte) 1,
            (short) 1,
            1,
            1L,
            1f,
            1d,
            new BigDecimal("1"),
            new BigDecimal("1.0"),
            "1",
            new byte[] {1},
            new byte[] {1},
            new Date(1),
            List.of(1),
            List.of(1L),
            table("a", 1, "b", 2),
            table("b", 2L, "a", (byte) 1));
    for (Object a : values) {
      for (Object b : values) {
        assertThat(TableValues.same(a, b)).isEqualTo(TableValues.same(b, a));
        if (TableValues.same(a, b)) {
          assertThat(TableValues.hash(a)).isEqualTo(TableValues.hash(b));
        }
      }
    }
  }

  @Test
  void describesValuesTheSameEverywhere() {
    assertThat(TableValues.describe(new Date(0)))
        .isEqualTo("the value '1970-01-01T00:00:00Z' of type 'timestamp'");
    assertThat(TableValues.describe(new byte[1])).isEqualTo("a value of type 'binary'");
    assertThat(TableValues.describe("x".repeat(1000))).hasSizeLessThan(110);
  }

  private static Arguments row(
      Map<String, Object> binding, Map<String, Object> headers, boolean expected) {
    return Arguments.of(binding, headers, expected);
  }

  private static Map<String, Object> table(Object... namesAndValues) {
    Map<String, Object> table = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      table.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return table;
  }
}
