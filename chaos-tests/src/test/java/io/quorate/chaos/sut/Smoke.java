package io.quorate.chaos.sut;

import java.util.EnumSet;

public class Smoke {
  static long t = System.nanoTime();
  static void say(String s) { System.out.printf("%6d ms %s%n", (System.nanoTime() - t) / 1000000, s); t = System.nanoTime(); }
  public static void main(String[] a) throws Exception {
    ClusterSpec spec = ClusterSpec.named("smoke", EnumSet.complementOf(EnumSet.of(Capability.CLOCK)));
    Provider p = Providers.named(a[0]);
    System.out.println(p.obstacle() + " " + p.impossible());
    try (ClusterUnderTest c = p.start(spec)) {
      say("started " + c.capabilities());
      for (int n : c.nodes()) System.out.println(c.figures(n));
      say("figures");
      System.out.println(c.admin().run("cluster", "status").output());
      say("admin");
      c.kill(1); say("kill"); c.start(1); say("start"); c.awaitReady(); say("ready");
      c.pause(2); say("pause"); System.out.println(c.isReady(2) + " " + c.isRunning(2)); say("asked"); c.resume(2); say("resume"); c.awaitReady(); say("ready");
      c.network().drop(1, 2); say("drop"); c.network().drop(2, 1); Thread.sleep(4000); System.out.println(c.admin(1).run("cluster", "status").output()); t = System.nanoTime();
      c.network().heal(); say("heal");
      c.network().unplug(3); say("unplug"); Thread.sleep(3000); System.out.println(c.isReady(3)); t = System.nanoTime(); c.network().plug(3); say("plug"); c.awaitReady(); say("ready");
      c.network().limitBandwidth(3, 1000); say("bw"); c.network().heal(); say("heal");
      c.network().lose(3, 1, 0.2); c.network().heal(); say("loss");
      c.network().delay(1, 2, java.time.Duration.ofMillis(50), java.time.Duration.ofMillis(20)); Thread.sleep(2000); c.network().stall(1, 3); Thread.sleep(2000); c.network().reset(1, 3); c.network().heal(); c.awaitReady();  say("proxy");
      c.disks().cutPower(1, 2, 3); say("power"); c.start(1, 2, 3); say("start"); c.awaitReady(); say("ready");
      c.disks().fill(1, 1 << 20); say("fill"); c.disks().repair(1); say("repair");
      c.disks().failWrites(2); Thread.sleep(5000); System.out.println("running after io error " + c.isRunning(2)); t = System.nanoTime(); c.disks().repair(2); say("repair"); c.start(2); c.awaitReady(); say("ready");
      
      for (int n : c.nodes()) { System.out.println("---- " + n); System.out.println(java.nio.file.Files.readString(c.log(n))); }
      t = System.nanoTime();
    }
    say("closed");
  }
}
