package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;

/** Where the ports of links are, and the streams on which vectors go to them and come from them. */
final class Ports {
    /** Ports of the west switch; the others are at the east one. */
    static final int WEST = 6;

    /** The first port that leads to another node: to the one whose number in the stage differs in the lowest bit. */
    static final int FIRST_GLOBAL = 7;

    private Ports() {}

    /** The port to another chip of the node. */
    static int local(int chip, int other) {
        return (chip ^ other) - 1;
    }

    static Hemisphere side(int port) {
        return port < WEST ? Hemisphere.WEST : Hemisphere.EAST;
    }

    static Hemisphere opposite(Hemisphere side) {
        return side == Hemisphere.EAST ? Hemisphere.WEST : Hemisphere.EAST;
    }

    /** The pair of inward streams of a port. */
    static int stream(int port) {
        return 8 + 2 * (port % WEST);
    }

    /** What has come over a port. */
    static Operand operand(int port, int label) {
        return new Operand.OfStream(new Flow(Geometry.in(side(port), stream(port)), label));
    }

    /** Both bytes of a vector from a pair of streams to a port. */
    static void send(Group group, Geometry geometry, int port, int stream, Sums.Sent vector) {
        Flow low = new Flow(Geometry.out(side(port), stream), vector.lowLabel());
        Flow high = new Flow(Geometry.out(side(port), stream), vector.highLabel()).plane(1);
        group.put(Queue.link(port), vector.low() + geometry.switches, new LinkInstruction.Send(low));
        group.put(Queue.link(port), vector.high() + geometry.switches, new LinkInstruction.Send(high));
    }
}
