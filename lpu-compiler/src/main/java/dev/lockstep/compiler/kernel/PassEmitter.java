package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.schedule.Flight;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Result;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Gives the nodes of a {@link Pass} their ALUs, streams and labels, and writes the instructions of every item. */
final class PassEmitter {
    private final Chip chip;
    private final Labels labels;
    private final String name;
    private final List<Node> outputs;
    private final int interval;
    private final Map<Node, Station> stations = new IdentityHashMap<>();
    private final List<Station> order = new ArrayList<>();
    private final Map<Integer, Exit> exits = new LinkedHashMap<>();
    private final Allotment allotment;

    /** An ALU at its place in the chain. {@code issue} counts from the item's cycle. */
    private static final class Station {
        final Node.Computed node;
        final List<Node> operands;
        final int issue;
        final int latency;
        final int alu;
        int label;

        /** How long the result has to stay after it is complete. */
        int hold;

        Station(Node.Computed node, List<Node> operands, int issue, int latency, int alu) {
            this.node = node;
            this.operands = operands;
            this.issue = issue;
            this.latency = latency;
            this.alu = alu;
        }

        int ready() {
            return issue + latency;
        }
    }

    /** A node that is wanted at the vector unit in a cycle of its item, on a stream of its own. */
    private record Arrival(Node node, int cycle) {}

    private record Exit(Direction direction, Stream stream, List<Pass.Target> targets) {}

    /** @param interval fewest cycles from one item to the next */
    PassEmitter(Chip chip, Labels labels, String name, List<Node> outputs, int interval, Allotment allotment) {
        this.allotment = allotment;
        this.interval = interval;
        this.chip = chip;
        this.labels = labels;
        this.name = name;
        this.outputs = outputs;
        outputs.forEach(this::reserveArriving);
        outputs.forEach(this::station);
    }

    /** Whether an ALU can add item after item to its own result at this rate. */
    boolean possible() {
        return order.stream().noneMatch(station -> station.node instanceof Node.Running && station.latency > interval);
    }

    void deliver(int output, Direction direction, List<Pass.Target> targets) {
        exits.put(
                output,
                new Exit(direction, take(direction, outputs.get(output).type().planes()), targets));
    }

    void emit(Fragment fragment, int[] cycles) {
        int items = cycles.length;
        for (Station station : order) {
            station.label = labels.take(items);
        }
        Map<Arrival, Flow> loads = new LinkedHashMap<>();
        Map<Arrival, Flow> outward = new LinkedHashMap<>();
        Map<Station, List<Operand>> operands = new IdentityHashMap<>();
        for (Station station : order) {
            List<Operand> list = new ArrayList<>();
            for (Node operand : station.operands) {
                list.add(operand(operand, station, items, loads, outward));
            }
            operands.put(station, list);
        }
        loads.forEach((arrival, flow) -> {
            for (int i = 0; i < items; i++) {
                load(fragment, arrival, flow, outward.get(arrival), i, cycles[i] + arrival.cycle());
            }
        });
        for (Station station : order) {
            for (Node operand : station.operands) {
                Station producer = stations.get(operand);
                if (producer != null) {
                    producer.hold = Math.max(producer.hold, station.issue - producer.ready());
                }
            }
        }
        for (Station station : order) {
            Optional<Exit> exit = exit(station);
            for (int i = 0; i < items; i++) {
                compute(fragment, station, operands.get(station), exit, i, cycles[i]);
                hold(fragment, station, cycles, i);
            }
        }
    }

    /** Keeps a result in its ALU until those who read it have; a running one until the next item is added. */
    private static void hold(Fragment fragment, Station station, int[] cycles, int item) {
        int hold = station.hold;
        if (station.node instanceof Node.Running running
                && item % running.group() < running.group() - 1
                && item + 1 < cycles.length) {
            hold = Math.max(hold, cycles[item + 1] - cycles[item] - station.latency);
        }
        if (hold > 0) {
            int issue = cycles[item] + station.issue;
            fragment.hold(Queue.alu(station.alu), issue + 1, issue + hold);
        }
    }

    private void compute(
            Fragment fragment, Station station, List<Operand> operands, Optional<Exit> exit, int item, int cycle) {
        int label = station.label + item;
        List<Pass.Target> targets = exit.stream()
                .flatMap(e -> e.targets().stream())
                .filter(target -> target.takes(item))
                .toList();
        Result result =
                targets.isEmpty() ? Result.kept(label) : Result.onto(new Flow(exit.orElseThrow().stream(), label));
        fragment.issue(
                Queue.alu(station.alu),
                cycle + station.issue,
                instruction(
                        station, operands.stream().map(o -> o.advanced(item)).toList(), result, item));
        if (!targets.isEmpty()) {
            leave(fragment, station, exit.orElseThrow(), targets, item, cycle + station.ready(), label);
        }
    }

    private void leave(
            Fragment fragment, Station station, Exit exit, List<Pass.Target> targets, int item, int driven, int label) {
        Direction direction = exit.direction();
        int from = chip.vectorOutput(direction);
        int reach = from;
        for (Pass.Target target : targets) {
            target.take(fragment, item, new Flow(exit.stream(), label), driven, from);
            if (direction.hops(reach, target.reach()) > 0) {
                reach = target.reach();
            }
        }
        for (int plane = 0; plane < station.node.type().planes(); plane++) {
            fragment.fly(new Flight(exit.stream().plane(plane), driven, from, reach, 1, 1));
        }
    }

    private VectorInstruction instruction(Station station, List<Operand> operands, Result result, int item) {
        return switch (station.node) {
            case Node.Unary unary ->
                new VectorInstruction.Unary(unary.operation(), unary.type(), operands.get(0), result);
            case Node.Binary binary ->
                new VectorInstruction.Binary(
                        binary.operation(), binary.type(), operands.get(0), operands.get(1), result);
            case Node.Convert convert ->
                new VectorInstruction.Convert(convert.x().type(), convert.type(), operands.get(0), result);
            case Node.Running running ->
                item % running.group() == 0
                        ? new VectorInstruction.Unary(UnaryOperation.COPY, running.type(), operands.get(0), result)
                        : new VectorInstruction.Binary(
                                running.operation(),
                                running.type(),
                                new Operand.OfAlu(station.alu, station.label + item - 1, false),
                                operands.get(0),
                                result);
        };
    }

    private Operand operand(
            Node operand, Station reader, int items, Map<Arrival, Flow> loads, Map<Arrival, Flow> outward) {
        return switch (operand) {
            case Node.Constant constant -> new Operand.Constant(constant.bits());
            case Node.Arriving arriving -> new Operand.OfStream(arriving.first());
            case Node.Load load -> {
                Arrival arrival = new Arrival(load, reader.issue);
                Direction inward = load.source().hemisphere().inward();
                Flow flow = loads.computeIfAbsent(
                        arrival, _ -> new Flow(take(inward, load.type().planes()), labels.take(items)));
                if (load.shuffle().isPresent()) {
                    outward.computeIfAbsent(
                            arrival,
                            _ -> new Flow(take(inward.opposite(), load.type().planes()), labels.take(items)));
                }
                yield new Operand.OfStream(flow);
            }
            case Node.Brought brought ->
                new Operand.OfStream(loads.computeIfAbsent(
                        new Arrival(brought, reader.issue),
                        _ -> new Flow(take(brought.direction(), brought.type().planes()), labels.take(items))));
            case Node.Computed computed -> {
                Station station = station(computed);
                yield new Operand.OfAlu(station.alu, station.label, false);
            }
        };
    }

    private void load(Fragment fragment, Arrival arrival, Flow flow, Flow outward, int item, int cycle) {
        if (arrival.node() instanceof Node.Brought brought) {
            brought.bringer().bring(fragment, item, flow.advanced(item), cycle, chip.vectorInput(brought.direction()));
            return;
        }
        Node.Load load = (Node.Load) arrival.node();
        Hemisphere hemisphere = load.source().hemisphere();
        Direction inward = hemisphere.inward();
        int input = chip.vectorInput(inward);
        int index = load.index().applyAsInt(item);
        if (load.shuffle().isEmpty()) {
            Memory.read(chip, fragment, load.source(), index, flow.advanced(item), cycle, input);
            return;
        }
        Node.Shuffle shuffle = load.shuffle().get();
        int place = chip.switches(hemisphere);
        int driven = cycle - inward.hops(place, input);
        int taken = driven - (shuffle.whole() ? chip.permute() : chip.distribute());
        Flow from = outward.advanced(item);
        Flow to = flow.advanced(item);
        Memory.read(chip, fragment, load.source(), index, from, taken, place);
        int planes = load.type().planes();
        if (shuffle.whole()) {
            fragment.issue(
                    new Queue(Queue.Unit.PERMUTER, hemisphere, 0),
                    taken,
                    new SwitchInstruction.Permute(planes, from, shuffle.map().applyAsInt(item), to));
        }
        for (int plane = 0; plane < planes; plane++) {
            if (!shuffle.whole()) {
                fragment.issue(
                        new Queue(Queue.Unit.DISTRIBUTOR, hemisphere, plane),
                        taken,
                        new SwitchInstruction.Distribute(
                                from.plane(plane), shuffle.map().applyAsInt(item), to.plane(plane)));
            }
            fragment.fly(new Flight(to.stream().plane(plane), driven, place, input, 1, 1));
        }
    }

    private Optional<Exit> exit(Station station) {
        for (int output = 0; output < outputs.size(); output++) {
            if (outputs.get(output) == station.node) {
                return Optional.ofNullable(exits.get(output));
            }
        }
        return Optional.empty();
    }

    private Station station(Node node) {
        if (!(node instanceof Node.Computed computed)) {
            throw new IllegalStateException(name + ": only ALUs have results to store");
        }
        Station known = stations.get(node);
        if (known != null) {
            return known;
        }
        int issue = 0;
        for (Node operand : computed.operands()) {
            if (operand instanceof Node.Computed) {
                issue = Math.max(issue, station(operand).ready());
            } else if (operand instanceof Node.Arriving arriving) {
                issue = Math.max(issue, arriving.delay());
            }
        }
        List<Node> operands = new ArrayList<>();
        for (Node operand : computed.operands()) {
            operands.add(delayed(operand, issue));
        }
        boolean special =
                computed instanceof Node.Unary unary && unary.operation().special();
        Station station = new Station(computed, operands, issue, chip.alu(special), alu(computed));
        stations.put(node, station);
        order.add(station);
        return station;
    }

    /** An operand that is still there in cycle {@code issue}: handed on from ALU to ALU if it would be replaced before. */
    private Node delayed(Node operand, int issue) {
        return switch (operand) {
            case Node.Load _, Node.Brought _, Node.Constant _ -> operand;
            case Node.Arriving arriving ->
                issue == arriving.delay() ? operand : delayed(new Node.Unary(UnaryOperation.COPY, operand), issue);
            case Node.Computed _ -> {
                int gap = issue - station(operand).ready();
                if (gap < 0) {
                    throw new IllegalStateException(name + ": latencies of ALUs do not fit together");
                }
                yield gap < interval ? operand : delayed(new Node.Unary(UnaryOperation.COPY, operand), issue);
            }
        };
    }

    private int alu(Node.Computed node) {
        boolean large = switch (node) {
            case Node.Unary unary ->
                new VectorInstruction.Unary(unary.operation(), unary.type(), new Operand.Constant(0), Result.kept(0))
                        .needsLargeAlu();
            case Node.Binary binary ->
                new VectorInstruction.Binary(
                                binary.operation(),
                                binary.type(),
                                new Operand.Constant(0),
                                new Operand.Constant(0),
                                Result.kept(0))
                        .needsLargeAlu();
            case Node.Convert _ -> true;
            case Node.Running running ->
                new VectorInstruction.Binary(
                                running.operation(),
                                running.type(),
                                new Operand.Constant(0),
                                new Operand.Constant(0),
                                Result.kept(0))
                        .needsLargeAlu();
        };
        return allotment.alu(large, name);
    }

    /** Streams of vectors that come by themselves are not given to others. */
    private void reserveArriving(Node node) {
        switch (node) {
            case Node.Arriving arriving ->
                allotment.reserve(arriving.first().stream(), arriving.type().planes());
            case Node.Computed computed -> computed.operands().forEach(this::reserveArriving);
            case Node.Load _, Node.Brought _, Node.Constant _ -> {}
        }
    }

    private Stream take(Direction direction, int planes) {
        return allotment.stream(direction, planes, name);
    }
}
