package io.quorate.admin.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;

class GlobTest {

  @Property
  void agreesWithTheRegularExpressionOfTheSameMeaning(
      @ForAll @Chars({'a', 'b', '*', '?', '.'}) @StringLength(max = 8) String pattern,
      @ForAll @Chars({'a', 'b', '.', '*'}) @StringLength(max = 8) String name) {
    StringBuilder regex = new StringBuilder();
    for (char c : (pattern.isEmpty() ? "*" : pattern).toCharArray()) {
      regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
    }
    assertThat(Glob.parse(pattern).matches(name)).isEqualTo(name.matches(regex.toString()));
  }

  @Property
  void anEscapedNameMatchesOnlyItself(
      @ForAll @StringLength(max = 20) String name, @ForAll @StringLength(max = 20) String other) {
    StringBuilder pattern = new StringBuilder();
    name.codePoints().forEach(point -> pattern.append('\\').appendCodePoint(point));
    Glob glob = Glob.parse(pattern.toString());
    assertThat(glob.matches(name)).isTrue();
    assertThat(glob.matches(other)).isEqualTo(name.isEmpty() || name.equals(other));
  }
}
