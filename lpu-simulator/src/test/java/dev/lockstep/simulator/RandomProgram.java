package dev.lockstep.simulator;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Result;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Floorplan;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LaneMap;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.lpu.program.Repeat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * Legal programs made of random pieces (copies with several readers, ALU chains, tiles of the matrix unit, switch operations, links), packed in time
 * as close as a crude reservation of queues and streams allows. Every instruction depends on a vector of an exact cycle, and every vector has a
 * label, so that any single change makes them illegal.
 */
public final class RandomProgram {
    private static final Machine MACHINE = Machine.lpuV1();
    private static final Floorplan PLAN = new Floorplan(MACHINE);

    private final Random random;
    private final int chips;
    private final List<TreeMap<Queue, List<Entry>>> queues = new ArrayList<>();
    private final Map<String, List<long[]>> reserved = new HashMap<>();
    private final List<LaneMap> maps = new ArrayList<>();
    private int label = 1;

    private List<Piece> pieces = new ArrayList<>();

    private record Piece(
            int chip,
            Queue queue,
            int cycle,
            Instruction instruction,
            int times,
            int interval,
            int words,
            int labels) {}

    private RandomProgram(long seed, int chips) {
        random = new Random(seed);
        this.chips = chips;
        for (int chip = 0; chip < chips; chip++) {
            queues.add(new TreeMap<>());
        }
        List<Integer> reverse = new ArrayList<>();
        for (int lane = 0; lane < 320; lane++) {
            reverse.add(319 - lane);
        }
        maps.add(new LaneMap(reverse));
        maps.add(new LaneMap(List.of(3, 3, 3, 3, -1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)));
    }

    /** @param parts how many pieces to try to place */
    public static LpuProgram of(long seed, int chips, int parts) {
        RandomProgram program = new RandomProgram(seed, chips);
        for (int part = 0; part < parts; part++) {
            program.addPart();
        }
        return program.build();
    }

    private void addPart() {
        int chip = random.nextInt(chips);
        for (int attempt = 0; attempt < 50; attempt++) {
            pieces = new ArrayList<>();
            Map<String, long[]> wanted = new HashMap<>();
            int start = 100 + random.nextInt(1200);
            switch (random.nextInt(chips > 1 ? 6 : 5)) {
                case 0 -> copy(chip, start, wanted);
                case 1 -> alus(chip, start, wanted);
                case 2 -> tile(chip, start, wanted);
                case 3 -> switches(chip, start, wanted);
                case 4 -> gather(chip, start, wanted);
                default -> link(chip, start, wanted);
            }
            for (Piece piece : pieces) {
                want(
                        wanted,
                        piece.chip + " " + piece.queue,
                        piece.cycle,
                        piece.cycle + (long) (piece.times - 1) * piece.interval);
            }
            if (wanted.entrySet().stream().allMatch(this::free)) {
                wanted.forEach((resource, interval) -> reserved.computeIfAbsent(resource, unused -> new ArrayList<>())
                        .add(interval));
                pieces.forEach(this::place);
                return;
            }
        }
    }

    private boolean free(Map.Entry<String, long[]> wanted) {
        long[] interval = wanted.getValue();
        return reserved.getOrDefault(wanted.getKey(), List.of()).stream()
                .allMatch(other -> interval[1] < other[0] || other[1] < interval[0]);
    }

    private static void want(Map<String, long[]> wanted, String resource, long from, long to) {
        wanted.merge(resource, new long[] {from, to}, (a, b) ->
                new long[] {Math.min(a[0], b[0]), Math.max(a[1], b[1])});
    }

    /** A burst of words to one or two other slices. */
    private void copy(int chip, int start, Map<String, long[]> wanted) {
        Queue from = slice();
        Direction direction = Direction.values()[random.nextInt(2)];
        int times = 1 + random.nextInt(12);
        Flow flow = flow(direction, 1, times);
        reserve(wanted, chip, flow, 1, start, times);
        int at = position(from);
        pieces.add(new Piece(chip, from, start, new MemoryInstruction.Read(address(), flow), times, 1, 1, 1));
        for (int reader = 0; reader < 2; reader++) {
            Queue to = slice();
            int hops = direction.hops(at, position(to));
            if (hops > 0 && !to.equals(from) && pieces.stream().noneMatch(piece -> piece.queue.equals(to))) {
                pieces.add(new Piece(
                        chip, to, start + 1 + hops, new MemoryInstruction.Write(flow, address()), times, 1, 1, 1));
            }
        }
        if (pieces.size() == 1) {
            wanted.clear();
            pieces.clear();
        }
    }

    /** Numbers from both sides, multiplied, added, converted, and stored. */
    private void alus(int chip, int start, Map<String, long[]> wanted) {
        int times = 1 + random.nextInt(5);
        Flow x = flow(Direction.EASTWARD, 4, times);
        Flow y = flow(Direction.WESTWARD, 4, times);
        Flow z = flow(Direction.values()[random.nextInt(2)], 2, times);
        int take = start + 40;
        group(chip, Hemisphere.WEST, x, 4, take - PLAN.vectorInput(Direction.EASTWARD), times, true, wanted);
        group(chip, Hemisphere.EAST, y, 4, take + PLAN.vectorInput(Direction.WESTWARD), times, true, wanted);
        int first = random.nextInt(16);
        int second = List.of(0, 2, 5, 7, 8, 10, 13, 15).get(random.nextInt(8));
        if (first == second) {
            second = first == 0 ? 2 : 0;
        }
        int product = newLabel(times);
        pieces.add(new Piece(
                chip,
                Queue.alu(first),
                take,
                new VectorInstruction.Binary(
                        VectorInstruction.BinaryOperation.MUL,
                        Element.FP32,
                        new Operand.OfStream(x),
                        new Operand.OfStream(y),
                        Result.kept(product)),
                times,
                1,
                0,
                1));
        pieces.add(new Piece(
                chip,
                Queue.alu(second),
                take + 3,
                new VectorInstruction.Convert(
                        Element.FP32, Element.FP16, new Operand.OfAlu(first, product, false), Result.onto(z)),
                times,
                1,
                0,
                1));
        Direction direction = z.stream().direction();
        Hemisphere side = direction == Direction.EASTWARD ? Hemisphere.EAST : Hemisphere.WEST;
        group(chip, side, z, 2, direction.wavefront(take + 6, PLAN.vectorOutput(direction)), times, false, wanted);
    }

    /** Row groups, an install, and vectors that are multiplied at once. */
    private void tile(int chip, int start, Map<String, long[]> wanted) {
        Hemisphere side = Hemisphere.values()[random.nextInt(2)];
        Direction out = side.outward();
        int at = PLAN.matrix(side);
        int plane = random.nextInt(2);
        boolean halves = plane == 0 && random.nextBoolean();
        Element weights = halves ? Element.FP16 : Element.INT8;
        Element type = halves || random.nextBoolean() ? Element.FP16 : Element.INT8;
        int groups = 1 + random.nextInt(20);
        int rows = newLabel(400);
        int first = halves ? 0 : 16 * random.nextInt(2);
        int load = start + 60;
        int rowPlanes = weights.planes();
        for (int stream = 0; stream < 16 * rowPlanes; stream++) {
            Queue slice = Queue.memory(side, 4 + stream + (halves ? 0 : first));
            int rowLabel = rows + stream / rowPlanes + stream % rowPlanes * Flow.PLANE;
            Flow flow = new Flow(new Stream(out, first + stream), rowLabel);
            int cycle = load - out.hops(position(slice), at) - 1;
            reserve(wanted, chip, flow, 1, cycle, groups);
            pieces.add(new Piece(chip, slice, cycle, new MemoryInstruction.Read(address(), flow), groups, 1, 1, 16));
        }
        Queue queue = new Queue(Queue.Unit.WEIGHTS, side, plane);
        pieces.add(new Piece(
                chip, queue, load, new MatrixInstruction.LoadWeights(weights, first, 0, rows), groups, 1, 1, 16));
        pieces.add(new Piece(
                chip, queue, load + groups, new MatrixInstruction.InstallWeights(weights, groups), 1, 1, 0, 0));
        int times = 1 + random.nextInt(4);
        int interval = type == Element.FP16 ? 2 : 1;
        int activate = load + groups + 3;
        Flow vector = flow(out, type.planes(), times);
        for (int part = 0; part < type.planes(); part++) {
            Queue slice = Queue.memory(side, 40 + part);
            int cycle = activate - out.hops(position(slice), at) - 1;
            Flow flow = vector.plane(part);
            reserve(wanted, chip, flow, 1, cycle, times * interval);
            pieces.add(
                    new Piece(chip, slice, cycle, new MemoryInstruction.Read(address(), flow), times, interval, 1, 1));
        }
        pieces.add(new Piece(
                chip,
                new Queue(Queue.Unit.ACTIVATIONS, side, plane),
                activate,
                new MatrixInstruction.Activate(type, vector),
                times,
                interval,
                0,
                1));
        Flow sum = flow(side.inward(), 4, times);
        Element sumType = type == Element.INT8 ? Element.INT32 : Element.FP32;
        Queue accumulators = new Queue(Queue.Unit.ACCUMULATORS, side, plane);
        int accumulate = activate + 13;
        pieces.add(new Piece(
                chip,
                accumulators,
                accumulate,
                new MatrixInstruction.Accumulate(sumType, 0, false, vector.label(), Optional.of(sum)),
                times,
                interval,
                0,
                1));
        for (int part = 0; part < 4; part++) {
            Queue slice = Queue.memory(side, part);
            Flow flow = sum.plane(part);
            int cycle = accumulate + 34 + side.inward().hops(at, position(slice));
            reserve(wanted, chip, flow, 1, accumulate + 34, times * interval);
            pieces.add(
                    new Piece(chip, slice, cycle, new MemoryInstruction.Write(flow, address()), times, interval, 1, 1));
        }
        // The whole array is used by one tile at a time.
        want(wanted, chip + " array " + side, load, accumulate + 40);
    }

    /** A detour over the switch. */
    private void switches(int chip, int start, Map<String, long[]> wanted) {
        Hemisphere side = Hemisphere.values()[random.nextInt(2)];
        Direction out = side.outward();
        int at = PLAN.switches(side);
        int times = 1 + random.nextInt(6);
        Queue from = Queue.memory(side, random.nextInt(44));
        Queue to = Queue.memory(side, random.nextInt(44));
        if (from.equals(to)) {
            return;
        }
        Flow outward = flow(out, 1, times);
        Flow inward = flow(side.inward(), 1, times);
        int take = start + 1 + out.hops(position(from), at);
        pieces.add(new Piece(chip, from, start, new MemoryInstruction.Read(address(), outward), times, 1, 1, 1));
        int latency;
        switch (random.nextInt(3)) {
            case 0 -> {
                latency = 48;
                pieces.add(new Piece(
                        chip,
                        new Queue(Queue.Unit.PERMUTER, side, 0),
                        take,
                        new SwitchInstruction.Permute(1, outward, 0, inward),
                        times,
                        1,
                        0,
                        1));
            }
            case 1 -> {
                latency = 2;
                pieces.add(new Piece(
                        chip,
                        new Queue(Queue.Unit.DISTRIBUTOR, side, random.nextInt(4)),
                        take,
                        new SwitchInstruction.Distribute(outward, 1, inward),
                        times,
                        1,
                        0,
                        1));
            }
            default -> {
                latency = 22;
                pieces.add(new Piece(
                        chip,
                        new Queue(Queue.Unit.SHIFTER, side, 0),
                        take,
                        new SwitchInstruction.Shift(1, outward, random.nextInt(40) - 20, inward),
                        times,
                        1,
                        0,
                        1));
            }
        }
        int write = take + latency + side.inward().hops(at, position(to));
        pieces.add(new Piece(chip, to, write, new MemoryInstruction.Write(inward, address()), times, 1, 1, 1));
        reserve(wanted, chip, outward, 1, start, times);
        reserve(wanted, chip, inward, 1, take + latency, times);
    }

    /** Offsets are whatever lies in memory: below 4096 if that is zeros. */
    private void gather(int chip, int start, Map<String, long[]> wanted) {
        Hemisphere side = Hemisphere.values()[random.nextInt(2)];
        Direction out = side.outward();
        int first = random.nextInt(20);
        Flow map = flow(out, 2, 1);
        Flow data = flow(out, 1, 1);
        Queue middle = Queue.memory(side, first + 6 + random.nextInt(8));
        Queue to = Queue.memory(side, middle.index() + 4 + random.nextInt(8));
        int take = start + 20;
        for (int part = 0; part < 2; part++) {
            Queue slice = Queue.memory(side, first + part);
            int cycle = take - out.hops(position(slice), position(middle)) - 1;
            reserve(wanted, chip, map.plane(part), 1, cycle, 1);
            pieces.add(new Piece(
                    chip, slice, cycle, new MemoryInstruction.Read(Address.of(8000), map.plane(part)), 1, 1, 0, 0));
        }
        pieces.add(new Piece(chip, middle, take, new MemoryInstruction.Gather(address(), map, data), 1, 1, 0, 0));
        int write = take + 1 + out.hops(position(middle), position(to));
        pieces.add(new Piece(chip, to, write, new MemoryInstruction.Write(data, address()), 1, 1, 0, 0));
        reserve(wanted, chip, data, 1, take, 1);
    }

    /** Some vectors to another chip of the node. */
    private void link(int chip, int start, Map<String, long[]> wanted) {
        int other = (chip + 1 + random.nextInt(chips - 1)) % chips;
        int port = (chip ^ other) - 1;
        int times = 1 + random.nextInt(3);
        Hemisphere side = port < 6 ? Hemisphere.WEST : Hemisphere.EAST;
        Queue from = Queue.memory(side, random.nextInt(44));
        Queue to = Queue.memory(side, random.nextInt(44));
        Flow outward = flow(side.outward(), 1, times);
        Flow inward = flow(side.inward(), 1, times);
        int at = PLAN.switches(side);
        int send = start + 1 + side.outward().hops(position(from), at);
        int receive = send + MACHINE.linkCycles() + random.nextInt(20);
        pieces.add(new Piece(chip, from, start, new MemoryInstruction.Read(address(), outward), times, 27, 1, 1));
        pieces.add(new Piece(chip, Queue.link(port), send, new LinkInstruction.Send(outward), times, 27, 0, 1));
        pieces.add(new Piece(
                other,
                Queue.link(port),
                receive,
                new LinkInstruction.Receive(outward.label(), inward),
                times,
                27,
                0,
                1));
        int write = receive + 1 + side.inward().hops(at, position(to));
        pieces.add(new Piece(other, to, write, new MemoryInstruction.Write(inward, address()), times, 27, 1, 1));
        reserve(wanted, chip, outward, 1, start, 27 * times);
        reserve(wanted, other, inward, 1, receive, 27 * times);
        // One transfer at a time on each link, so that vectors arrive in the order of their pieces.
        want(
                wanted,
                "link " + Math.min(chip, other) + " " + Math.max(chip, other),
                send - 30,
                receive + 27L * times + 30);
    }

    /** Reads or writes of the planes of a group, in slices of one side, for a flight with a given wavefront. */
    private void group(
            int chip,
            Hemisphere side,
            Flow flow,
            int planes,
            long wavefront,
            int times,
            boolean read,
            Map<String, long[]> wanted) {
        Direction direction = flow.stream().direction();
        int first = random.nextInt(44 - planes);
        for (int plane = 0; plane < planes; plane++) {
            Queue slice = Queue.memory(side, first + plane);
            Flow part = flow.plane(plane);
            int cycle = (int) direction.cycle(wavefront, position(slice));
            pieces.add(new Piece(
                    chip,
                    slice,
                    read ? cycle - 1 : cycle,
                    read ? new MemoryInstruction.Read(address(), part) : new MemoryInstruction.Write(part, address()),
                    times,
                    1,
                    1,
                    1));
            reserve(wanted, chip, part, 1, cycle - PLAN.length(), times + PLAN.length());
        }
    }

    private void reserve(Map<String, long[]> wanted, int chip, Flow flow, int planes, int cycle, int times) {
        for (int plane = 0; plane < planes; plane++) {
            want(wanted, chip + " " + flow.stream().plane(plane), cycle, cycle + times + PLAN.length() + 2L);
        }
    }

    private Queue slice() {
        return Queue.memory(Hemisphere.values()[random.nextInt(2)], random.nextInt(44));
    }

    private static int position(Queue slice) {
        return PLAN.memory(slice.hemisphere(), slice.index());
    }

    private Flow flow(Direction direction, int planes, int labels) {
        return new Flow(new Stream(direction, planes * random.nextInt(32 / planes)), newLabel(labels));
    }

    private int newLabel(int count) {
        int first = label;
        label += count;
        return first;
    }

    private Address address() {
        return Address.of(random.nextInt(7000));
    }

    private void place(Piece piece) {
        List<Entry> entries = queues.get(piece.chip).computeIfAbsent(piece.queue, unused -> new ArrayList<>());
        if (random.nextInt(3) == 0) {
            for (int time = 0; time < piece.times; time++) {
                entries.add(new Entry(
                        piece.cycle + time * piece.interval,
                        piece.instruction.advanced(time * piece.words, time * piece.labels)));
            }
        } else {
            entries.add(new Entry(
                    piece.cycle,
                    piece.instruction,
                    piece.times == 1
                            ? Repeat.ONCE
                            : new Repeat(piece.times, piece.interval, piece.words, piece.labels)));
        }
    }

    private LpuProgram build() {
        List<Block> blocks = new ArrayList<>();
        List<List<Placement>> placements = new ArrayList<>();
        for (TreeMap<Queue, List<Entry>> chip : queues) {
            chip.values().forEach(entries -> entries.sort(Comparator.comparingInt(Entry::cycle)));
            placements.add(List.of(new Placement(blocks.size(), 0, List.of())));
            blocks.add(new Block("random" + blocks.size(), 0, chip));
        }
        return new LpuProgram("lpu-v1", Topology.NODE, maps, blocks, placements, List.of());
    }
}
