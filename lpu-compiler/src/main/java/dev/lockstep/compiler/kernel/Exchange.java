package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Flight;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.LinkInstruction.Receive;
import dev.lockstep.lpu.isa.LinkInstruction.Send;
import dev.lockstep.lpu.isa.MemoryInstruction.Write;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * All-gather in a node: every chip sends its vectors to every other one, over all its local links at the same time, a vector every 27 cycles. A vector is read once on each side
 * that has ports; all ports there take it as it passes. What arrives at different ports in one cycle is received one after another, since all of it goes to the same slices.
 */
final class Exchange {
    private final Chip chip;
    private final Labels labels;

    /**
     * @param own what this chip has, in every hemisphere from which it is sent
     * @param arriving for every port, where its vectors go; all targets of a port have the same type and count as {@code own}
     * @param whole everything that is complete afterwards: share after share, of which each has as many vectors as {@code own}
     */
    record Places(Map<Hemisphere, Vectors> own, List<List<Vectors>> arriving, List<Vectors> whole) {
        Places {
            own = Collections.unmodifiableMap(new EnumMap<>(own));
        }
    }

    Exchange(Chip chip, Labels labels) {
        this.chip = chip;
        this.labels = labels;
    }

    Fragment fragment(String name, Places places) {
        Fragment fragment = new Fragment(name);
        Vectors sample = places.own().values().iterator().next();
        int planes = sample.type().planes();
        int vectors = sample.count() * planes;
        int ports = places.arriving().size();
        int label = labels.take(vectors);
        int received = labels.take(vectors * ports);
        int[] visible = new int[sample.count()];
        for (int vector = 0; vector < vectors; vector++) {
            int cycle = vector * chip.linkInterval();
            send(fragment, places, vector, label + vector, cycle, ports);
            for (int port = 0; port < ports; port++) {
                int stored = receive(
                        fragment,
                        places.arriving().get(port),
                        port,
                        vector,
                        label + vector,
                        received + port * vectors + vector,
                        cycle + chip.linkDelay() + port);
                visible[vector / planes] = Math.max(visible[vector / planes], stored);
            }
        }
        fragment.links(0, vectors * chip.linkInterval() - 1);
        for (Vectors whole : places.whole()) {
            for (int index = 0; index < whole.count(); index++) {
                for (int plane = 0; plane < planes; plane++) {
                    fragment.writes(
                            whole.hemisphere(),
                            whole.slice() + plane,
                            whole.at(index),
                            visible[index % visible.length]);
                }
            }
        }
        return fragment;
    }

    private void send(Fragment fragment, Places places, int vector, int label, int cycle, int ports) {
        places.own().forEach((hemisphere, own) -> {
            int planes = own.type().planes();
            int plane = vector % planes;
            Flow flow = new Flow(new Stream(hemisphere.outward(), ports + plane), label);
            Memory.read(
                    chip,
                    fragment,
                    hemisphere,
                    own.slice() + plane,
                    own.at(vector / planes),
                    flow,
                    cycle,
                    chip.switches(hemisphere));
            for (int port = 0; port < ports; port++) {
                if (Queue.link(port).hemisphere() == hemisphere) {
                    fragment.issue(Queue.link(port), cycle, new Send(flow));
                }
            }
        });
    }

    /** @return the first cycle in which everybody can read it */
    private int receive(
            Fragment fragment, List<Vectors> targets, int port, int vector, int sent, int label, int cycle) {
        Hemisphere side = Queue.link(port).hemisphere();
        Direction inward = side.inward();
        Flow flow = new Flow(new Stream(inward, port), label);
        fragment.issue(Queue.link(port), cycle, new Receive(sent, flow));
        int driven = cycle + chip.receive();
        int from = chip.switches(side);
        int reach = from;
        int visible = 0;
        for (Vectors target : targets) {
            int planes = target.type().planes();
            int slice = target.slice() + vector % planes;
            int place = chip.memory(target.hemisphere(), slice);
            int taken = driven + inward.hops(from, place);
            fragment.issue(
                    Queue.memory(target.hemisphere(), slice), taken, new Write(flow, target.at(vector / planes)));
            fragment.writes(target.hemisphere(), slice, target.at(vector / planes), taken + chip.write());
            visible = Math.max(visible, taken + chip.write());
            if (inward.hops(reach, place) > 0) {
                reach = place;
            }
        }
        fragment.fly(new Flight(flow.stream(), driven, from, reach, 1, 1));
        return visible;
    }
}
