package dev.lockstep.checker;

import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Port;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Wiring;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The rule of links. The vectors that one end sends and the other receives are numbered: the n-th that is received is the n-th that was sent. It must have arrived, be
 * the expected one, and never be the third one waiting; the sender must leave each one its time on the link.
 */
final class LinkRule {
    private final Machine machine;
    private final LpuProgram program;
    private final Wiring wiring;

    LinkRule(Machine machine, LpuProgram program) {
        this.machine = machine;
        this.program = program;
        wiring = Wiring.of(machine, program.topology(), program.chips().size());
    }

    /** Checks the port of a chip as a receiver, and its peer as the sender. */
    void check(int chip, int port, Findings findings) {
        Optional<Port> peer = port < machine.whole(Quantity.PORTS) ? wiring.peer(chip, port) : Optional.empty();
        Ends received = new Ends(chip, port, false);
        if (peer.isEmpty()) {
            Ends sent = new Ends(chip, port, true);
            for (Ends ends : List.of(sent, received)) {
                if (ends.size > 0) {
                    findings.add(
                            ends.cycles[0],
                            Queue.link(port),
                            ends.entries.getFirst().instruction(),
                            "port " + port,
                            "no link is joined to it");
                }
            }
            return;
        }
        Queue here = Queue.link(port);
        Queue there = Queue.link(peer.get().port());
        Ends sent = new Ends(peer.get().chip(), peer.get().port(), true);
        int depth = machine.whole(Quantity.FIFO_VECTORS);
        for (int n = 0; n < Math.max(sent.size, received.size); n++) {
            if (n >= sent.size) {
                findings.add(
                        received.cycles[n],
                        here,
                        received.entries.get(n).instruction(),
                        "port " + port,
                        "no vector has arrived");
                return;
            }
            if (n >= received.size) {
                findings.add(
                        sent.cycles[n] + machine.linkCycles(),
                        here,
                        sent.entries.get(n).instruction(),
                        "port " + port,
                        "vector " + StreamRule.text(sent.labels[n]) + " of " + peer.get() + " is never received");
                return;
            }
            if (n > 0 && sent.cycles[n] - sent.cycles[n - 1] < machine.whole(Quantity.VECTOR_CYCLES)) {
                findings.add(
                        sent.cycles[n],
                        there,
                        sent.entries.get(n).instruction(),
                        "port " + peer.get().port(),
                        "the link is busy until cycle " + (sent.cycles[n - 1] + machine.whole(Quantity.VECTOR_CYCLES)));
            }
            long arrival = sent.cycles[n] + machine.linkCycles();
            if (received.cycles[n] < arrival) {
                findings.add(
                        received.cycles[n],
                        here,
                        received.entries.get(n).instruction(),
                        "port " + port,
                        "the vector arrives in cycle " + arrival + " only");
            }
            if (n >= depth && received.cycles[n - depth] > arrival) {
                findings.add(
                        arrival,
                        here,
                        received.entries.get(n).instruction(),
                        "port " + port,
                        depth + " vectors are waiting already when it arrives");
            }
            if (sent.labels[n] != 0 && received.labels[n] != 0 && sent.labels[n] != received.labels[n]) {
                findings.add(
                        received.cycles[n],
                        here,
                        received.entries.get(n).instruction(),
                        "port " + port,
                        "vector " + StreamRule.text(sent.labels[n]) + " has arrived instead of vector "
                                + StreamRule.text(received.labels[n]));
            }
        }
    }

    /** Everything that is sent, or received, at a port. */
    private final class Ends {
        private int size;
        private long[] cycles = new long[16];
        private int[] labels = new int[16];
        private final List<Entry> entries = new ArrayList<>();

        Ends(int chip, int port, boolean sends) {
            Dispatches dispatches = new Dispatches(program, chip, Queue.link(port));
            while (dispatches.hasNext()) {
                Dispatches.Dispatch dispatch = dispatches.next();
                switch (dispatch.instruction()) {
                    case LinkInstruction.Send send
                    when sends -> add(dispatch, send.from().label());
                    case LinkInstruction.Receive receive when !sends -> add(dispatch, receive.expected());
                    default -> {}
                }
            }
        }

        private void add(Dispatches.Dispatch dispatch, int label) {
            if (size == cycles.length) {
                cycles = Arrays.copyOf(cycles, 2 * size);
                labels = Arrays.copyOf(labels, 2 * size);
            }
            cycles[size] = dispatch.cycle();
            labels[size++] = dispatch.label(label);
            entries.add(dispatch.entry());
        }
    }
}
