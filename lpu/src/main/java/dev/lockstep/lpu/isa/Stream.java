package dev.lockstep.lpu.isa;

import dev.lockstep.lpu.machine.Direction;

/** A stream, or the first one of an aligned group. */
public record Stream(Direction direction, int number) {
    public Stream {
        if (number < 0) {
            throw new IsaException("A stream cannot have the number " + number + ".");
        }
    }

    /** The stream that carries byte plane {@code plane} of this group. */
    public Stream plane(int plane) {
        return new Stream(direction, number + plane);
    }

    /** Whether this can be the first stream of a group with so many planes. */
    public boolean aligned(int planes) {
        return number % planes == 0;
    }

    @Override
    public String toString() {
        return (direction == Direction.EASTWARD ? "e" : "w") + number;
    }
}
