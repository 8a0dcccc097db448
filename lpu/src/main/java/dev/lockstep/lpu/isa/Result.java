package dev.lockstep.lpu.isa;

import java.util.Optional;

/**
 * Where an ALU's result goes: it stays in the ALU until the next one, and flows away on a group of streams if one is named.
 *
 * @param label name of the result; 0 where nobody checks it
 */
public record Result(int label, Optional<Stream> stream) {
    public Result {
        if (label < 0) {
            throw new IsaException("A label cannot be negative: " + label + ".");
        }
    }

    public static Result kept(int label) {
        return new Result(label, Optional.empty());
    }

    public static Result onto(Flow to) {
        return new Result(to.label(), Optional.of(to.stream()));
    }

    /** What is put onto the stream, if anything. */
    public Optional<Flow> flow() {
        return stream.map(s -> new Flow(s, label));
    }

    Result advanced(int labels) {
        return label == 0 || labels == 0 ? this : new Result(label + labels, stream);
    }
}
