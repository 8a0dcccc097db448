package dev.lockstep.checker;

import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Port;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Wiring;
import dev.lockstep.lpu.program.LpuProgram;
import java.util.Optional;
import java.util.TreeSet;

/** The rule of instructions that wait: after a Sync, a deskew or a fetch the next dispatch of the queue is late enough. */
final class WaitRule {
    private final Machine machine;
    private final LpuProgram program;
    private final Wiring wiring;

    WaitRule(Machine machine, LpuProgram program) {
        this.machine = machine;
        this.program = program;
        wiring = Wiring.of(machine, program.topology(), program.chips().size());
    }

    void check(int chip, Findings findings) {
        boolean any = program.chips().get(chip).stream()
                .map(placement -> program.blocks().get(placement.block()))
                .flatMap(block -> block.queues().values().stream())
                .flatMap(entries -> entries.stream())
                .anyMatch(entry -> waits(entry.instruction()));
        if (!any) {
            return;
        }
        TreeSet<Long> calls = calls(chip);
        for (int number = 0; number < Queue.COUNT; number++) {
            Queue queue = Queue.of(number);
            long earliest = Long.MIN_VALUE;
            Instruction waiting = new ControlInstruction.Sync();
            Dispatches dispatches = new Dispatches(program, chip, queue);
            while (dispatches.hasNext()) {
                Dispatches.Dispatch dispatch = dispatches.next();
                if (dispatch.cycle() < earliest) {
                    findings.add(
                            dispatch.cycle(),
                            queue,
                            dispatch.instruction(),
                            "queue " + queue,
                            earliest == Long.MAX_VALUE
                                    ? "it is parked and nobody notifies"
                                    : "it waits until cycle " + earliest);
                }
                earliest = until(dispatch, calls);
                waiting = dispatch.instruction();
            }
            if (earliest == Long.MAX_VALUE) {
                findings.add(earliest, queue, waiting, "queue " + queue, "it is parked and nobody notifies");
            }
        }
    }

    private long until(Dispatches.Dispatch dispatch, TreeSet<Long> calls) {
        long cycle = dispatch.cycle();
        return switch (dispatch.instruction()) {
            case ControlInstruction.Sync _ -> {
                Long call = calls.ceiling(cycle);
                yield call == null ? Long.MAX_VALUE : call + machine.whole(Quantity.BARRIER_CYCLES);
            }
            case ControlInstruction.Fetch _ -> cycle + ControlInstruction.Fetch.VECTORS;
            case LinkInstruction.Deskew _ -> {
                long epoch = machine.whole(Quantity.EPOCH_CYCLES);
                yield cycle - Math.floorMod(cycle, epoch) + epoch;
            }
            case LinkInstruction.RuntimeDeskew deskew -> cycle + deskew.cycles();
            default -> cycle;
        };
    }

    private TreeSet<Long> calls(int chip) {
        TreeSet<Long> calls = new TreeSet<>();
        for (int number = 0; number < Queue.COUNT; number++) {
            Dispatches dispatches = new Dispatches(program, chip, Queue.of(number));
            while (dispatches.hasNext()) {
                Dispatches.Dispatch dispatch = dispatches.next();
                if (dispatch.instruction() instanceof ControlInstruction.Notify) {
                    calls.add(dispatch.cycle());
                }
            }
        }
        for (int port = 0; port < machine.whole(Quantity.PORTS); port++) {
            Optional<Port> peer = wiring.peer(chip, port);
            if (peer.isPresent()) {
                Dispatches dispatches = new Dispatches(
                        program, peer.get().chip(), Queue.link(peer.get().port()));
                while (dispatches.hasNext()) {
                    Dispatches.Dispatch dispatch = dispatches.next();
                    if (dispatch.instruction() instanceof LinkInstruction.Transmit) {
                        calls.add(dispatch.cycle() + machine.linkCycles());
                    }
                }
            }
        }
        return calls;
    }

    private static boolean waits(Instruction instruction) {
        return switch (instruction) {
            case ControlInstruction.Sync _,
                    ControlInstruction.Fetch _,
                    LinkInstruction.Deskew _,
                    LinkInstruction.RuntimeDeskew _ -> true;
            default -> false;
        };
    }
}
