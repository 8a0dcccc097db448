package dev.lockstep.host.program;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A step as a list of phases; all cores finish a phase before any begins the next.
 *
 * @param capacity most tokens of a step
 * @param embedding where the tokens' embedding rows lie, which the caller puts there unless the program {@linkplain #embeds expands} them
 * @param logits where the logits of wanted tokens are found
 * @param hidden where the hidden rows of wanted tokens are found, if the model has any
 * @param sharedBytes size of the arena that all cores use
 * @param privateBytes size of each core's own arena
 * @param scratchOffset where in it kernels may write what they like
 */
public record HostProgram(
        int capacity,
        KvType kvType,
        List<List<Task>> phases,
        Slot embedding,
        Slot logits,
        Optional<Slot> hidden,
        List<Rope> ropes,
        long sharedBytes,
        long privateBytes,
        long scratchOffset) {
    public HostProgram {
        phases = phases.stream().map(List::copyOf).toList();
        ropes = List.copyOf(ropes);
    }

    /** Whether cores expand embedding rows, which they get as they are in the file. */
    public boolean embeds() {
        return phases.getFirst().getFirst().op() instanceof Op.Embedding;
    }

    /** Bytes from the start of the arena to the first embedding row. */
    public long embeddingOffset() {
        return embedding.offset();
    }

    public int embeddingStride() {
        return embedding.rowBytes();
    }

    /** Bytes from the start of the arena to the first row of logits. */
    public long logitsOffset() {
        return logits.offset();
    }

    public int logitsStride() {
        return logits.rowBytes();
    }

    /** Bytes from the start of the arena to the first hidden row, that of the first core if every core has its own; -1 if there is none. */
    public long hiddenOffset() {
        return hidden.map(slot -> slot.isPrivate() ? sharedBytes + slot.offset() : slot.offset())
                .orElse(-1L);
    }

    public int hiddenStride() {
        return hidden.map(Slot::rowBytes).orElse(0);
    }

    /** Multiply-adds of all matrices for a token. */
    long products() {
        return phases.stream()
                .flatMap(List::stream)
                .mapToLong(task -> task.op() instanceof Op.Linear linear
                        ? (long) linear.matrix().rows() * linear.matrix().columns()
                        : 0)
                .sum();
    }

    /** What each phase does, in the words of its tasks: phases with equal labels do the same in other layers. */
    public List<String> phaseLabels() {
        return phases.stream()
                .map(phase -> phase.stream().map(Task::label).distinct().collect(Collectors.joining(" + ")))
                .toList();
    }

    /** The schedule for people: a line per task, an empty line per barrier. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("host program for up to %d tokens, arena %d + %d per core\n"
                .formatted(capacity, sharedBytes, privateBytes));
        for (List<Task> phase : phases) {
            phase.forEach(task -> text.append("  ").append(task).append('\n'));
            text.append('\n');
        }
        return text.toString();
    }
}
