package io.quorate.amqp.protocol;

import io.quorate.amqp.protocol.Description.MethodSpec;
import java.util.List;

/** Methods with any values that the protocol can carry, for tests elsewhere. */
public final class RandomMethods {

  private static final List<MethodSpec> ALL = Description.methods();

  private RandomMethods() {}

  /** Any method of the protocol, whoever may send it; the same one for the same seed. */
  public static Method any(long seed) {
    RandomValues random = new RandomValues(seed);
    MethodSpec spec = ALL.get((int) Math.floorMod(seed, (long) ALL.size()));
    return spec.instance(spec.randomValues(random));
  }
}
