package io.quorate.chaos.mutants;

import java.lang.instrument.Instrumentation;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.agent.builder.AgentBuilder.InitializationStrategy;
import net.bytebuddy.agent.builder.AgentBuilder.TypeStrategy;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.utility.JavaModule;

/** {@code -javaagent:mutants.jar=NAME}: the node has the fault of that {@link Mutant}. */
public final class Agent {

  private Agent() {}

  /** Called by the JVM before the node's own main. */
  public static void premain(String name, Instrumentation instrumentation) {
    Mutant mutant = Mutant.of(name);
    AgentBuilder builder =
        new AgentBuilder.Default()
            .with(TypeStrategy.Default.DECORATE)
            .with(InitializationStrategy.NoOp.INSTANCE)
            .disableClassFormatChanges()
            .with(new Told(mutant));
    mutant.change(builder).installOn(instrumentation);
    System.err.println("mutant " + mutant.text() + ": " + mutant.fault());
  }

  /**
   * Says what was changed; a node that cannot be changed ends, so that no test is about nothing.
   */
  private static final class Told extends AgentBuilder.Listener.Adapter {
    private final Mutant mutant;

    Told(Mutant mutant) {
      this.mutant = mutant;
    }

    @Override
    public void onTransformation(
        TypeDescription type,
        ClassLoader loader,
        JavaModule module,
        boolean loaded,
        DynamicType dynamicType) {
      System.err.println("mutant " + mutant.text() + ": changed " + type.getName());
    }

    @Override
    public void onError(
        String type, ClassLoader loader, JavaModule module, boolean loaded, Throwable failure) {
      System.err.println("mutant " + mutant.text() + ": cannot change " + type + ": " + failure);
      Runtime.getRuntime().halt(70);
    }
  }
}
