package io.quorate.amqp.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OctetTextTest {

  private static final byte[] INTERESTING = {
    'a',
    '.',
    (byte) 0x80,
    (byte) 0x9f,
    (byte) 0xbe,
    (byte) 0xbf,
    (byte) 0xc0,
    (byte) 0xc3,
    (byte) 0xed,
    (byte) 0xe0,
    (byte) 0xef,
    (byte) 0xf0,
    (byte) 0xf4,
    (byte) 0x8f,
    (byte) 0xff
  };

  @Property(tries = 20_000)
  void anyOctetsComeBackAsTheyWere(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] octets = new byte[random.nextInt(12)];
    for (int i = 0; i < octets.length; i++) {
      octets[i] =
          random.nextBoolean()
              ? INTERESTING[random.nextInt(INTERESTING.length)]
              : (byte) random.nextInt();
    }
    String text = OctetText.decode(octets, 0, octets.length);
    assertThat(OctetText.encode(text)).isEqualTo(octets);
    // it can be stored as UTF-8: no character gets lost on that way
    assertThat(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
        .isEqualTo(text);
    assertThat(Octets.written(out -> FieldWriter.shortString(out, text)).length)
        .isEqualTo(octets.length + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "plain", "\u00e9\u20ac\ud83d\ude00", "\udbff\udf7f"})
  void textsAreTexts(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    assertThat(OctetText.decode(utf8, 0, utf8.length)).isEqualTo(text);
    assertThat(OctetText.encode(text)).isEqualTo(utf8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"\udbff\udf80", "\udbff\udfff"})
  void whatStandsForAStrayOctetIsNotTakenForACharacter(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    String decoded = OctetText.decode(utf8, 0, utf8.length);
    assertThat(decoded.codePoints()).hasSize(4);
    assertThat(OctetText.encode(decoded)).isEqualTo(utf8);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void truncatingCountsOctets(int octets) {
    String text = OctetText.decode(new byte[] {'a', -1, (byte) 0xc3, (byte) 0xa9}, 0, 4);
    byte[] truncated = OctetText.encode(OctetText.truncate(text, octets));
    assertThat(truncated).hasSize(octets == 3 ? 2 : Math.min(octets, 4));
  }
}
