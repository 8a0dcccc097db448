package dev.lockstep.simulator;

import dev.lockstep.lpu.machine.Machine;
import java.util.List;

/**
 * What a run of a program took.
 *
 * @param completion for every chip, the cycle in which its last effect is complete in all tiles; 0 for a chip without instructions
 * @param activities what every chip did
 */
public record SimulationResult(List<Long> completion, List<Activity> activities) {
    public SimulationResult {
        completion = List.copyOf(completion);
        activities = List.copyOf(activities);
    }

    /** When the last chip was ready. */
    public long cycles() {
        return completion.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    public double microseconds(Machine machine) {
        return machine.nanoseconds(cycles()) / 1000;
    }

    /** The actions of all chips together. */
    public Activity total() {
        Activity total = new Activity();
        activities.forEach(total::add);
        return total;
    }

    /** Bytes of payload that crossed links. */
    public long linkBytes(Machine machine) {
        return total().count(Action.LINK_VECTOR) * machine.lanes();
    }
}
