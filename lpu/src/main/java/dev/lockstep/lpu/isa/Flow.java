package dev.lockstep.lpu.isa;

/**
 * What an instruction takes from a stream or gives to it: which (group of) streams, and which vector.
 *
 * @param label name of the vector; 0 where nobody checks it
 */
public record Flow(Stream stream, int label) {
    /** Distance of the labels of a group's byte planes. */
    public static final int PLANE = 1 << 24;

    public Flow {
        if (label < 0) {
            throw new IsaException("A label cannot be negative: " + label + ".");
        }
    }

    /** One byte plane of a group. */
    public Flow plane(int plane) {
        return new Flow(stream.plane(plane), label == 0 ? 0 : label + plane * PLANE);
    }

    /** A label that much later; 0 stays 0. */
    static int later(int label, int steps) {
        return label == 0 ? 0 : label + steps;
    }

    /** What is taken or given {@code steps} labels later. */
    public Flow advanced(int steps) {
        return label == 0 || steps == 0 ? this : new Flow(stream, label + steps);
    }
}
