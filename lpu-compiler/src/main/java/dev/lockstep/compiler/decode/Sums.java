package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.collective.SumForm;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sums over the chips of a stage, which give every chip the new residual, in the form that was asked for. The last sum of a stage is fused with the way
 * to the next one: it goes to the chips that have links there. Values travel as FP16, low bytes first.
 */
final class Sums {
    /** Blocks whose parts can be sent at a time. */
    static final int MOST_PARTS = CarrierSums.PART_STREAMS.length;
    /** Blocks of the residual, as there is room for. */
    private static final int MOST_BLOCKS = 128;

    private final Geometry geometry;
    private final CarrierSums carriers;
    private final @Nullable OneShotSums oneShot;
    private final Distribution distribution;
    private boolean forward;

    /**
     * @param nodes 1, 2 or 4
     * @param carriers chips of a node that have the links to the other nodes, the first ones
     */
    Sums(Scheduler scheduler, SumForm form, int nodes, int carriers) {
        geometry = scheduler.geometry();
        NodeLinks links = new NodeLinks(geometry.vectorCycles);
        this.carriers = new CarrierSums(scheduler, links, nodes, carriers);
        oneShot = switch (form) {
            case CARRIERS -> null;
            case ONE_SHOT -> new OneShotSums(scheduler, links, nodes);
        };
        distribution = new Distribution(scheduler, links);
    }

    /** What follows goes to the next stage, and is carried by the chips that have links to it. */
    void forward(Transfer transfer) {
        forward = true;
        carriers.forward(transfer);
    }

    /**
     * A vector on its way.
     *
     * @param source the chip of the node that sends it on; {@link Arrival#HERE} if every chip does
     * @param low key with which its low bytes were sent, and
     * @param high its high bytes
     */
    record Sent(int block, int source, long low, long high, int lowLabel, int highLabel) {
        Sent later(long cycles) {
            return new Sent(block, source, low + cycles, high + cycles, lowLabel, highLabel);
        }

        /** The label of the high bytes as a vector of its own, which it is on the link. */
        int highLabelAlone() {
            return new Flow(Geometry.in(Hemisphere.EAST, 0), highLabel).plane(1).label();
        }
    }

    /** A part of a sum, which all chips compute in the same cycle. */
    interface Part {
        /** When it is ready. */
        long ready();

        /** Places its last operation; the result is kept until a cycle. */
        Kept place(long until);
    }

    /** How many blocks are summed at the same time. */
    int together() {
        return direct() == null ? carriers.together() : 1;
    }

    private @Nullable OneShotSums direct() {
        return forward ? null : oneShot;
    }

    /** Sends parts of as many blocks as are summed {@link #together}, which are ready at about the same time. */
    List<Sent> scatter(List<Integer> blocks, List<? extends Part> parts) {
        OneShotSums direct = direct();
        return direct == null
                ? carriers.scatter(blocks, parts)
                : List.of(direct.scatter(blocks.getFirst(), parts.getFirst()));
    }

    /** Adds what was scattered, in that order; returns how the new residual was sent, in the order in which it comes. */
    List<Sent> finish(List<List<Sent>> scattered) {
        OneShotSums direct = direct();
        List<Sent> spread = new ArrayList<>();
        for (List<Sent> together : scattered) {
            if (direct == null) {
                spread.addAll(carriers.finish(together));
            } else {
                spread.add(direct.finish(together.getFirst()));
            }
        }
        spread.sort(Comparator.comparingLong(Sent::high).thenComparingInt(Sent::block));
        return spread;
    }

    /** Receives the new residual on all chips that do not have it. */
    List<Arrival> receive(List<Sent> sent) {
        List<Arrival> arrivals = new ArrayList<>();
        for (Sent vector : sent) {
            arrivals.add(
                    vector.source() == Arrival.HERE
                            ? Arrival.computed(geometry, vector.block(), vector.high())
                            : distribution.receive(vector));
        }
        return arrivals;
    }

    /** Takes the residual from the stage before; keys are of this stage's time. */
    List<Arrival> enter(List<Sent> forwarded, Transfer transfer) {
        return distribution.enter(forwarded, transfer, Layout::residual);
    }

    /** Takes what experts of the stages before have given. */
    List<Arrival> enterPartial(List<Sent> forwarded, Transfer transfer) {
        return distribution.enter(forwarded, transfer, Layout::partial);
    }

    /** Sends the residual to the next stage as it is. */
    List<Sent> pass(Residual residual, Transfer transfer) {
        return distribution.pass(residual.available(), transfer);
    }

    /**
     * What follows is a part of a sum that goes over several stages.
     *
     * @param before blocks that the stages before have given
     * @param completes whether the residual is added, because no part follows
     */
    void part(List<Arrival> before, boolean completes) {
        carriers.part(before, completes);
    }

    /** The key outward from which on the last block can be read, if nothing is in its way. */
    long end(List<Sent> sent) {
        Sent last = sent.getLast();
        Arrival arrival = last.source() == Arrival.HERE
                ? Arrival.computed(geometry, last.block(), last.high())
                : Arrival.flowing(geometry, last.block(), geometry.overLink(last.high()), last.source());
        return arrival.outward();
    }

    /** Stages agree on these labels. */
    static int forwardLabel(int block) {
        return Flow.PLANE / 2 + 2 * block;
    }

    /** The same for parts of sums that go over several stages. */
    static int partialLabel(int block) {
        return forwardLabel(MOST_BLOCKS + block);
    }
}
