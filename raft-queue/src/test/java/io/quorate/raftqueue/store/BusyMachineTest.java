package io.quorate.raftqueue.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BusyMachineTest {

  private double load;
  private final BusyMachine machine = new BusyMachine(2_000, () -> load);

  private void look(double seen, int times) {
    load = seen;
    for (int i = 0; i < times; i++) {
      machine.look();
    }
  }

  @Test
  void waitsForNothingWhileThereIsProcessorTimeToSpare() {
    look(0.7, 50);
    assertThat(machine.patienceNanos()).isZero();
  }

  @Test
  void waitsLongestOnAFullMachineAndNotAfterwards() {
    look(1.0, 50);
    assertThat(machine.patienceNanos()).isEqualTo(2_000_000);
    look(0.2, 3);
    assertThat(machine.patienceNanos()).isZero();
  }

  @Test
  void oneBusyMomentChangesNothing() {
    look(0.3, 50);
    look(1.0, 1);
    assertThat(machine.patienceNanos()).isZero();
  }

  @Test
  void aLoadThatIsNotKnownIsIgnored() {
    look(1.0, 50);
    look(-1, 50);
    assertThat(machine.patienceNanos()).isEqualTo(2_000_000);
  }
}
