package dev.lockstep.checker;

import dev.lockstep.lpu.assembly.InstructionText;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.Queue;
import java.util.ArrayList;
import java.util.List;

/** Violations of one chip, up to a number that people still read. */
final class Findings {
    private final int chip;
    private final int limit;
    private final List<Violation> violations = new ArrayList<>();

    Findings(int chip, int limit) {
        this.chip = chip;
        this.limit = limit;
    }

    void add(long cycle, Queue queue, Instruction instruction, String resource, String what) {
        if (violations.size() < limit) {
            violations.add(
                    new Violation(chip, cycle, queue.toString(), InstructionText.of(instruction), resource, what));
        }
    }

    boolean isFull() {
        return violations.size() >= limit;
    }

    List<Violation> list() {
        return violations;
    }
}
