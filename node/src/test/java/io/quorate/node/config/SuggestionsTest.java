package io.quorate.node.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class SuggestionsTest {

  @Test
  void countsEdits() {
    assertThat(Suggestions.distance("port", "port")).isZero();
    assertThat(Suggestions.distance("prot", "port")).isEqualTo(1);
    assertThat(Suggestions.distance("pot", "port")).isEqualTo(1);
    assertThat(Suggestions.distance("", "port")).isEqualTo(4);
  }

  @Test
  void suggestsOnlyWhatIsNear() {
    List<String> known = List.of("amqp.port", "http.port", "data.dir");
    assertThat(Suggestions.nearest("amqp-port", known)).contains("amqp.port");
    assertThat(Suggestions.nearest("zookeeper", known)).isEmpty();
  }

  @Property
  void distanceIsSymmetricAndBounded(
      @ForAll @AlphaChars @StringLength(max = 12) String a,
      @ForAll @AlphaChars @StringLength(max = 12) String b) {
    int distance = Suggestions.distance(a, b);
    assertThat(distance).isEqualTo(Suggestions.distance(b, a));
    assertThat(distance)
        .isBetween(Math.abs(a.length() - b.length()), Math.max(a.length(), b.length()));
    assertThat(distance == 0).isEqualTo(a.equals(b));
  }
}
