package dev.lockstep.checker;

import dev.lockstep.lpu.LpuException;
import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.MemoryImage;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.lpu.program.TextPlace;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** Checks whole programs. */
public final class LegalityChecker {
    private static final int LIMIT = 20;

    private final Machine machine;

    public LegalityChecker(Machine machine) {
        this.machine = machine;
    }

    /**
     * What a program must not do, earliest first; nothing if it is legal. What chips do that do the same, perhaps at another time, is checked once: all rules
     * of a chip compare cycles with one another. What passes over links is checked for every chip.
     */
    public List<Violation> check(LpuProgram program) {
        return check(program, Optional.empty());
    }

    /** The same, with what memory holds in the beginning, so that a word which is read too early is found. */
    public List<Violation> check(LpuProgram program, MemoryImage image) {
        return check(program, Optional.of(image));
    }

    private List<Violation> check(LpuProgram program, Optional<MemoryImage> image) {
        if (!program.machine().equals(machine.name())) {
            throw new LpuException("The program was made for the machine " + program.machine() + ", not for "
                    + machine.name() + ". Check it with that one.");
        }
        Set<List<Placement>> seen = new HashSet<>();
        List<Integer> different = new ArrayList<>();
        for (int chip = 0; chip < program.chips().size(); chip++) {
            if (seen.add(fromItsStart(program.chips().get(chip))) || image.isPresent()) {
                different.add(chip);
            }
        }
        List<Violation> violations = new ArrayList<>(different.parallelStream()
                .flatMap(chip -> {
                    Findings findings = new Findings(chip, LIMIT);
                    new ChipRules(machine, program, held(program, chip, image), findings).check(chip);
                    return findings.list().stream();
                })
                .toList());
        LinkRule links = new LinkRule(machine, program);
        WaitRule waits = new WaitRule(machine, program);
        TextRule texts = new TextRule(machine, program);
        violations.addAll(IntStream.range(0, program.chips().size())
                .parallel()
                .boxed()
                .flatMap(chip -> {
                    Findings findings = new Findings(chip, LIMIT);
                    for (int port = 0; port < 2 * Queue.Unit.LINK.count(); port++) {
                        links.check(chip, port, findings);
                    }
                    waits.check(chip, findings);
                    texts.check(chip, findings);
                    return findings.list().stream();
                })
                .toList());
        violations.sort(Comparator.comparingLong(Violation::cycle).thenComparingInt(Violation::chip));
        return violations;
    }

    private static List<Placement> fromItsStart(List<Placement> chip) {
        return chip.stream()
                .map(placement -> new Placement(
                        placement.block(), placement.start() - chip.getFirst().start(), placement.bases()))
                .toList();
    }

    private BitSet held(LpuProgram program, int chip, Optional<MemoryImage> image) {
        BitSet held = new BitSet();
        if (image.isEmpty()) {
            held.set(0, 2 * machine.slices() * machine.wordsPerSlice());
            return held;
        }
        image.get()
                .load(
                        chip,
                        (hemisphere, slice, word, vector) ->
                                held.set(MemoryRule.index(machine, hemisphere, slice, word)));
        for (Buffer buffer : program.buffers()) {
            if (buffer.chip() == chip && buffer.use() == Buffer.Use.INPUT) {
                for (int plane = 0; plane < buffer.type().planes(); plane++) {
                    int first = MemoryRule.index(machine, buffer.hemisphere(), buffer.slice() + plane, buffer.word());
                    held.set(first, first + buffer.vectors());
                }
            }
        }
        for (TextPlace place : program.text()) {
            if (place.chip() == chip) {
                int first = MemoryRule.index(machine, place.hemisphere(), place.slice(), place.word());
                held.set(first, first + place.fetches() * ControlInstruction.Fetch.VECTORS);
            }
        }
        return held;
    }
}
