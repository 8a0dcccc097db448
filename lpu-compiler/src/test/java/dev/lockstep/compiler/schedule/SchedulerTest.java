package dev.lockstep.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MemoryInstruction.Read;
import dev.lockstep.lpu.isa.MemoryInstruction.Write;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SchedulerTest {
    private static final Machine MACHINE = Machine.lpuV1();
    private static final Floorplan FLOORPLAN = new Floorplan(MACHINE);
    private static final Hemisphere SIDE = Hemisphere.EAST;

    /** A vector on its way, as it was placed. */
    private record Placed(Flight flight) {
        long wavefront() {
            return flight.stream().direction().wavefront(flight.cycle(), flight.from());
        }

        boolean meets(Placed other) {
            int low = Math.max(Math.min(flight.from(), flight.to()), Math.min(other.flight.from(), other.flight.to()));
            int high = Math.min(Math.max(flight.from(), flight.to()), Math.max(other.flight.from(), other.flight.to()));
            return flight.stream().equals(other.flight.stream()) && wavefront() == other.wavefront() && low < high;
        }
    }

    @Test
    void shouldKeepFlightsApart() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Scheduler scheduler = new Scheduler(MACHINE);
        List<Placed> flights = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Fragment fragment = new Fragment("move " + i);
            Stream stream = new Stream(SIDE.outward(), random.nextInt(2));
            int from = random.nextInt(20);
            int to = from + 4 + random.nextInt(20);
            Flight flight = move(fragment, stream, from, to, random.nextInt(4));
            int start = scheduler.place(fragment);
            flights.add(new Placed(flight.later(start)));
        }
        for (int i = 0; i < flights.size(); i++) {
            for (int j = 0; j < i; j++) {
                assertThat(flights.get(i).meets(flights.get(j)))
                        .as("seed %d", seed)
                        .isFalse();
            }
        }
        assertThat(scheduler.block("moves", 0).dispatches()).isEqualTo(400);
        assertThat(scheduler.length()).isLessThan(2000);
    }

    @Test
    void shouldReadAWordOnlyWhenItIsWritten() {
        Scheduler scheduler = new Scheduler(MACHINE);
        Fragment first = new Fragment("write");
        move(first, new Stream(SIDE.outward(), 0), 0, 8, 5);
        int start = scheduler.place(first);
        Fragment second = new Fragment("read it");
        Flight flight = move(second, new Stream(SIDE.outward(), 1), 8, 16, 5);
        int next = scheduler.place(second);

        // The word is written when the first vector passes slice 8, and can be read a cycle later.
        int written = start + 1 + SIDE.outward().hops(position(0), position(8));
        assertThat(next + flight.cycle() - 1).isEqualTo(written + 1);
    }

    @Test
    void shouldRefuseWhatIsInItsOwnWay() {
        Fragment fragment = new Fragment("twice");
        Read read = new Read(Address.of(1), new Flow(new Stream(Direction.EASTWARD, 0), 1));
        fragment.issue(Queue.memory(SIDE, 0), 4, read);
        fragment.issue(Queue.memory(SIDE, 0), 4, read);
        assertThatThrownBy(() -> new Scheduler(MACHINE).place(fragment)).hasMessageContaining("in its own way");
    }

    /** From a word of one slice to the same word of another, farther out. */
    private static Flight move(Fragment fragment, Stream stream, int from, int to, int word) {
        Flow flow = new Flow(stream, 1);
        Address address = Address.of(word);
        fragment.issue(Queue.memory(SIDE, from), 0, new Read(address, flow));
        fragment.reads(SIDE, from, address, 0);
        int taken = 1 + SIDE.outward().hops(position(from), position(to));
        fragment.issue(Queue.memory(SIDE, to), taken, new Write(flow, address));
        fragment.writes(SIDE, to, address, taken + 1);
        Flight flight = new Flight(stream, 1, position(from), position(to), 1, 1);
        fragment.fly(flight);
        return flight;
    }

    private static int position(int slice) {
        return FLOORPLAN.memory(SIDE, slice);
    }
}
