package dev.lockstep.simulator;

import dev.lockstep.lpu.binary.QueueText;
import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Port;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Wiring;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Tells when a program is complete and what it does, without a single value: for systems of hundreds of chips. It goes through instructions, not
 * cycles, and through blocks once for all their placements; only links, weights that are installed, and queues that wait are followed dispatch by
 * dispatch. What it refuses is what it sees: queues out of order or without text, links, waits. The legality of streams and units is the business
 * of the values mode and of {@code dev.lockstep.checker}.
 */
public final class TimeSimulator {
    private final Machine machine;
    private final LpuProgram program;
    private final Effects effects;
    private final List<BlockProfile> profiles;
    private final Wiring wiring;

    private TimeSimulator(Machine machine, LpuProgram program) {
        this.machine = machine;
        this.program = program;
        effects = new Effects(machine);
        profiles = program.blocks().stream()
                .map(block -> new BlockProfile(block, effects))
                .toList();
        wiring = Wiring.of(machine, program.topology(), program.chips().size());
    }

    public static SimulationResult run(Machine machine, LpuProgram program) {
        LpuSystem.requireMadeFor(machine, program);
        TimeSimulator simulator = new TimeSimulator(machine, program);
        return simulator.run(IntStream.range(0, program.chips().size()).toArray());
    }

    /** The same, but of chips that do the same and are joined to chips that do the same, links and waits of one are followed. */
    public static SimulationResult runClasses(Machine machine, LpuProgram program) {
        LpuSystem.requireMadeFor(machine, program);
        TimeSimulator simulator = new TimeSimulator(machine, program);
        return simulator.run(simulator.classes());
    }

    /** The first chip of each class. */
    private int[] classes() {
        Set<List<Object>> seen = new HashSet<>();
        return IntStream.range(0, program.chips().size())
                .filter(chip -> {
                    List<Object> kind = new ArrayList<>();
                    kind.add(program.chips().get(chip));
                    for (int port = 0; port < machine.whole(Quantity.PORTS); port++) {
                        wiring.peer(chip, port).ifPresent(peer -> {
                            kind.add(peer.port());
                            kind.add(program.chips().get(peer.chip()));
                        });
                    }
                    return seen.add(kind);
                })
                .toArray();
    }

    private SimulationResult run(int[] followed) {
        Map<List<Placement>, Long> completions = new HashMap<>();
        Map<List<Placement>, Activity> activities = new HashMap<>();
        List<Long> completion = new ArrayList<>();
        List<Activity> activity = new ArrayList<>();
        for (int chip = 0; chip < program.chips().size(); chip++) {
            List<Placement> placements = program.chips().get(chip);
            if (!completions.containsKey(placements)) {
                completions.put(placements, completion(chip, placements));
                activities.put(placements, activity(chip, placements));
            }
            completion.add(completions.get(placements));
            activity.add(activities.get(placements));
        }
        for (int chip : followed) {
            for (int port = 0; port < Queue.Unit.LINK.count() * 2; port++) {
                link(chip, port);
            }
            waits(chip);
            if (program.fetchesText()) {
                texts(chip);
            }
        }
        return new SimulationResult(completion, activity);
    }

    private long completion(int chip, List<Placement> placements) {
        long[] last = new long[Queue.COUNT];
        Arrays.fill(last, Long.MIN_VALUE);
        long effect = Long.MIN_VALUE;
        for (Placement placement : placements) {
            BlockProfile profile = profiles.get(placement.block());
            for (int queue = 0; queue < Queue.COUNT; queue++) {
                if (!profile.uses(queue)) {
                    continue;
                }
                if (placement.start() + profile.first[queue] <= last[queue]) {
                    // Walking there finds the dispatch and says it.
                    walk(chip, Queue.of(queue));
                }
                last[queue] = placement.start() + profile.last[queue];
            }
            if (profile.lastEffect != Long.MIN_VALUE) {
                effect = Math.max(effect, placement.start() + profile.lastEffect);
            }
        }
        return effect == Long.MIN_VALUE ? 0 : effect + machine.whole(Quantity.TILES);
    }

    private void walk(int chip, Queue queue) {
        QueueWalker walker = walker(chip, queue);
        while (walker.cycle() != QueueWalker.END) {
            walker.advance();
        }
    }

    private Activity activity(int chip, List<Placement> placements) {
        Activity activity = new Activity();
        for (Placement placement : placements) {
            activity.add(profiles.get(placement.block()).activity);
        }
        for (Hemisphere hemisphere : Hemisphere.values()) {
            for (int plane = 0; plane < machine.planesPerHemisphere(); plane++) {
                activations(chip, hemisphere, plane, activity);
            }
        }
        return activity;
    }

    /** Follows what is installed in a plane, to know what its activations multiply. */
    private void activations(int chip, Hemisphere hemisphere, int plane, Activity activity) {
        Queue queue = new Queue(Queue.Unit.ACTIVATIONS, hemisphere, plane);
        QueueWalker activations = walker(chip, queue);
        if (activations.cycle() == QueueWalker.END) {
            return;
        }
        // FP16 weights of a pair stand in the queue of its first plane.
        List<QueueWalker> weights = new ArrayList<>();
        for (int other = 0; other <= plane; other++) {
            weights.add(walker(chip, new Queue(Queue.Unit.WEIGHTS, hemisphere, other)));
        }
        Element installed = null;
        while (activations.cycle() != QueueWalker.END) {
            if (activations.instruction() instanceof MatrixInstruction.Activate activate) {
                for (int other = 0; other <= plane; other++) {
                    QueueWalker walker = weights.get(other);
                    while (walker.cycle() < activations.cycle()) {
                        if (walker.instruction() instanceof MatrixInstruction.InstallWeights install
                                && plane < other + install.weights().planes()) {
                            installed = install.weights();
                        }
                        walker.advance();
                    }
                }
                if (installed == null) {
                    throw refuse(
                            chip,
                            activations,
                            "matrix plane " + plane + " in the " + hemisphere + " weights",
                            "none are installed");
                }
                effects.count(activity, queue, activate, installed, 1);
            }
            activations.advance();
        }
    }

    /** Follows the vectors that arrive at a port: what the other end sends, and when it is received. */
    private void link(int chip, int port) {
        Optional<Port> peer = port < machine.whole(Quantity.PORTS) ? wiring.peer(chip, port) : Optional.empty();
        QueueWalker receives = walker(chip, Queue.link(port));
        if (peer.isEmpty()) {
            while (receives.cycle() != QueueWalker.END) {
                if (receives.instruction() instanceof LinkInstruction.Send
                        || receives.instruction() instanceof LinkInstruction.Transmit
                        || receives.instruction() instanceof LinkInstruction.Receive) {
                    throw refuse(chip, receives, "port " + port, "no link is joined to it");
                }
                receives.advance();
            }
            return;
        }
        int depth = machine.whole(Quantity.FIFO_VECTORS);
        long[] received = new long[depth];
        Arrays.fill(received, Long.MIN_VALUE);
        long vectors = 0;
        long free = Long.MIN_VALUE;
        QueueWalker sends = walker(peer.get().chip(), Queue.link(peer.get().port()));
        while (sends.cycle() != QueueWalker.END) {
            boolean call = sends.instruction() instanceof LinkInstruction.Transmit;
            if (call || sends.instruction() instanceof LinkInstruction.Send) {
                if (sends.cycle() < free) {
                    throw refuse(
                            peer.get().chip(),
                            sends,
                            "port " + peer.get().port(),
                            "the link is busy until cycle " + free);
                }
                free = sends.cycle() + machine.whole(Quantity.VECTOR_CYCLES);
            }
            if (!call && sends.instruction() instanceof LinkInstruction.Send send) {
                long arrival = sends.cycle() + machine.linkCycles();
                while (receives.cycle() != QueueWalker.END
                        && !(receives.instruction() instanceof LinkInstruction.Receive)) {
                    receives.advance();
                }
                if (receives.cycle() == QueueWalker.END) {
                    throw refuse(
                            peer.get().chip(), sends, "port " + port, "chip " + chip + " never receives this vector");
                }
                if (receives.cycle() < arrival) {
                    throw refuse(chip, receives, "port " + port, "no vector has arrived");
                }
                int slot = (int) (vectors++ % depth);
                if (received[slot] > arrival) {
                    throw refuse(
                            chip,
                            receives,
                            "port " + port,
                            "a vector arrived in cycle " + arrival + " while " + depth + " others were waiting");
                }
                received[slot] = receives.cycle();
                int sent = sends.label(send.from().label());
                int expected = receives.label(((LinkInstruction.Receive) receives.instruction()).expected());
                if (sent != 0 && expected != 0 && sent != expected) {
                    throw refuse(
                            chip,
                            receives,
                            "port " + port,
                            "vector " + Labels.text(sent) + " has arrived instead of vector " + Labels.text(expected));
                }
                receives.advance();
            }
            sends.advance();
        }
        while (receives.cycle() != QueueWalker.END) {
            if (receives.instruction() instanceof LinkInstruction.Receive) {
                throw refuse(chip, receives, "port " + port, "no vector has arrived");
            }
            receives.advance();
        }
    }

    private void waits(int chip) {
        boolean[] waiting = new boolean[Queue.COUNT];
        for (Placement placement : program.chips().get(chip)) {
            BlockProfile profile = profiles.get(placement.block());
            for (int queue = 0; queue < Queue.COUNT; queue++) {
                waiting[queue] |= profile.waits[queue];
            }
        }
        long[] calls = null;
        for (int queue = 0; queue < Queue.COUNT; queue++) {
            if (!waiting[queue]) {
                continue;
            }
            if (calls == null) {
                calls = calls(chip, waiting);
            }
            Waits waits = new Waits(machine, calls);
            QueueWalker walker = walker(chip, Queue.of(queue));
            long earliest = Long.MIN_VALUE;
            while (walker.cycle() != QueueWalker.END) {
                if (walker.cycle() < earliest) {
                    throw refuse(
                            chip,
                            walker,
                            "queue " + Queue.of(queue),
                            earliest == Long.MAX_VALUE
                                    ? "it is parked and nobody notifies"
                                    : "it waits until cycle " + earliest);
                }
                if (!BlockProfile.waits(walker.instruction())) {
                    walker.toLast();
                }
                earliest = waits.after(walker.instruction(), walker.cycle());
                walker.advance();
            }
            if (earliest == Long.MAX_VALUE) {
                throw refuse(chip, walker, "queue " + Queue.of(queue), "it is parked and nobody notifies");
            }
        }
    }

    /** Follows what the queues of a chip hold of their text. */
    private void texts(int chip) {
        for (int number = 0; number < Queue.COUNT; number++) {
            QueueWalker walker = walker(chip, Queue.of(number));
            TextQueue text = new TextQueue(machine, QueueText.of(program, chip, walker.queue()));
            while (walker.cycle() != QueueWalker.END) {
                Optional<String> wrong = walker.begins() ? text.dispatch(walker.textBytes()) : Optional.empty();
                boolean fetches = walker.instruction() instanceof ControlInstruction.Fetch;
                if (wrong.isEmpty() && fetches) {
                    wrong = text.fetch();
                }
                if (wrong.isPresent()) {
                    throw refuse(chip, walker, "queue " + walker.queue(), wrong.get());
                }
                if (!fetches) {
                    walker.toLast();
                }
                walker.advance();
            }
        }
    }

    /** Cycles in which parked queues of a chip are called, from inside or over a link. */
    private long[] calls(int chip, boolean[] waiting) {
        List<Long> calls = new ArrayList<>();
        for (int queue = 0; queue < Queue.COUNT; queue++) {
            if (waiting[queue]) {
                QueueWalker walker = walker(chip, Queue.of(queue));
                while (walker.cycle() != QueueWalker.END) {
                    if (walker.instruction() instanceof ControlInstruction.Notify) {
                        calls.add(walker.cycle());
                    } else {
                        walker.toLast();
                    }
                    walker.advance();
                }
            }
        }
        for (int port = 0; port < machine.whole(Quantity.PORTS); port++) {
            Optional<Port> peer = wiring.peer(chip, port);
            if (peer.isPresent()) {
                QueueWalker walker =
                        walker(peer.get().chip(), Queue.link(peer.get().port()));
                while (walker.cycle() != QueueWalker.END) {
                    if (walker.instruction() instanceof LinkInstruction.Transmit) {
                        calls.add(walker.cycle() + machine.linkCycles());
                    }
                    walker.advance();
                }
            }
        }
        return calls.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    private QueueWalker walker(int chip, Queue queue) {
        return new QueueWalker(chip, queue, program.blocks(), program.chips().get(chip));
    }

    private static SimulationException refuse(int chip, QueueWalker walker, String resource, String what) {
        return new SimulationException(chip, walker.cycle(), walker.queue().toString(), walker.text(), resource, what);
    }
}
