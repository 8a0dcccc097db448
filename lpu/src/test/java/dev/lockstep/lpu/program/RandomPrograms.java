package dev.lockstep.lpu.program;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.ControlInstruction;
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
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Programs that make no sense, with every kind of instruction, for tests of forms that have to keep all of it. */
public final class RandomPrograms {
    /** Farther than repetitions go back. */
    private static final int REACH = 1000;

    private final Random random;

    private RandomPrograms(long seed) {
        this.random = new Random(seed);
    }

    public static LpuProgram of(long seed) {
        return new RandomPrograms(seed).program();
    }

    private LpuProgram program() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(3); i++) {
            blocks.add(block("block" + i));
        }
        List<List<Placement>> chips = new ArrayList<>();
        for (int chip = 0; chip < 1 + random.nextInt(4); chip++) {
            chips.add(chip > 0 && random.nextBoolean() ? chips.getLast() : placements(blocks));
        }
        return new LpuProgram(
                "lpu-v1",
                pick(Topology.values()),
                List.of(new LaneMap(IntStream.range(0, 16)
                        .map(i -> random.nextInt(17) - 1)
                        .boxed()
                        .toList())),
                blocks,
                chips,
                List.of(new Buffer(
                        "in",
                        pick(Buffer.Use.values()),
                        0,
                        pick(Element.values()),
                        pick(Hemisphere.values()),
                        4,
                        17,
                        3)),
                List.of(new TextPlace(
                        0,
                        Queue.of(random.nextInt(Queue.COUNT)),
                        pick(Hemisphere.values()),
                        40,
                        random.nextInt(8192),
                        3)));
    }

    private List<Placement> placements(List<Block> blocks) {
        List<Placement> placements = new ArrayList<>();
        long start = random.nextInt(100);
        for (int i = 0; i < 1 + random.nextInt(5); i++) {
            int block = random.nextInt(blocks.size());
            placements.add(new Placement(
                    block,
                    start,
                    IntStream.range(0, blocks.get(block).bases())
                            .map(_ -> random.nextInt(8192))
                            .boxed()
                            .toList()));
            start += random.nextLong(1L << 40);
        }
        return placements;
    }

    private Block block(String name) {
        int bases = random.nextInt(4);
        Map<Queue, List<Entry>> queues = new TreeMap<>();
        for (int i = 0; i < 1 + random.nextInt(20); i++) {
            Queue queue = Queue.of(random.nextInt(Queue.COUNT));
            List<Entry> entries = new ArrayList<>();
            int cycle = random.nextInt(1000);
            for (int j = 0; j < 1 + random.nextInt(5); j++) {
                Entry entry = entry(cycle, instruction(queue, bases));
                entries.add(entry);
                cycle = (int) entry.lastCycle() + 1 + random.nextInt(100);
            }
            queues.put(queue, entries);
        }
        return new Block(name, bases, queues);
    }

    private Entry entry(int cycle, Instruction instruction) {
        if (random.nextBoolean()) {
            return new Entry(cycle, instruction);
        }
        Repeat inner = repeat(1);
        return random.nextBoolean()
                ? new Entry(cycle, instruction, inner)
                : new Entry(cycle, instruction, inner, repeat((int) inner.span() + 1));
    }

    private Repeat repeat(int interval) {
        return new Repeat(
                2 + random.nextInt(20), interval + random.nextInt(5), random.nextInt(9) - 4, random.nextInt(9) - 4);
    }

    private Instruction instruction(Queue queue, int bases) {
        if (random.nextInt(10) == 0) {
            return switch (random.nextInt(4)) {
                case 0 -> new ControlInstruction.Sync();
                case 1 -> new ControlInstruction.Notify();
                case 2 -> new ControlInstruction.Fetch(flow(1));
                default -> new ControlInstruction.Configure(random.nextInt(21));
            };
        }
        return switch (queue.unit()) {
            case MEMORY ->
                switch (random.nextInt(4)) {
                    case 0 -> new MemoryInstruction.Read(address(bases), flow(1));
                    case 1 -> new MemoryInstruction.Write(flow(1), address(bases));
                    case 2 -> new MemoryInstruction.Gather(address(bases), flow(2), flow(1));
                    default -> new MemoryInstruction.Scatter(flow(2), flow(1), address(bases));
                };
            case ALU ->
                switch (random.nextInt(3)) {
                    case 0 ->
                        new VectorInstruction.Unary(
                                pick(VectorInstruction.UnaryOperation.values()),
                                pick(Element.values()),
                                operand(),
                                result());
                    case 1 ->
                        new VectorInstruction.Binary(
                                pick(VectorInstruction.BinaryOperation.values()),
                                pick(Element.values()),
                                operand(),
                                operand(),
                                result());
                    default ->
                        new VectorInstruction.Convert(
                                pick(Element.values()), pick(Element.values()), operand(), result());
                };
            case TRANSPOSER -> new SwitchInstruction.Transpose(flow(16), flow(16));
            case DISTRIBUTOR -> new SwitchInstruction.Distribute(flow(1), random.nextInt(5), flow(1));
            case PERMUTER -> new SwitchInstruction.Permute(4, flow(4), random.nextInt(5), flow(4));
            case SHIFTER ->
                random.nextBoolean()
                        ? new SwitchInstruction.Shift(4, flow(4), random.nextInt(640) - 320, flow(4))
                        : new SwitchInstruction.Rotate(3 + random.nextInt(2), flow(4), flow(16));
            case LINK ->
                switch (random.nextInt(5)) {
                    case 0 -> new LinkInstruction.Send(flow(1));
                    case 1 -> new LinkInstruction.Receive(label(), flow(1));
                    case 2 -> new LinkInstruction.Deskew();
                    case 3 -> new LinkInstruction.RuntimeDeskew(random.nextInt(1000));
                    default -> new LinkInstruction.Transmit();
                };
            case WEIGHTS ->
                random.nextBoolean()
                        ? new MatrixInstruction.LoadWeights(matrixType(), 16, REACH + random.nextInt(20), label())
                        : new MatrixInstruction.InstallWeights(matrixType(), random.nextInt(21));
            case ACTIVATIONS -> new MatrixInstruction.Activate(matrixType(), flow(2));
            case ACCUMULATORS ->
                new MatrixInstruction.Accumulate(
                        random.nextBoolean() ? Element.FP32 : Element.INT32,
                        random.nextInt(2),
                        random.nextBoolean(),
                        label(),
                        random.nextBoolean() ? Optional.of(flow(4)) : Optional.empty());
        };
    }

    private Element matrixType() {
        return random.nextBoolean() ? Element.FP16 : Element.INT8;
    }

    private Address address(int bases) {
        int base = bases == 0 ? Address.ABSOLUTE : random.nextInt(bases + 1) - 1;
        return new Address(REACH + random.nextInt(7000), base);
    }

    private Operand operand() {
        return switch (random.nextInt(3)) {
            case 0 -> new Operand.OfStream(flow(4));
            case 1 -> new Operand.OfAlu(random.nextInt(16), label(), random.nextBoolean());
            default -> new Operand.Constant(random.nextInt());
        };
    }

    private Result result() {
        return random.nextBoolean() ? Result.kept(label()) : Result.onto(flow(4));
    }

    private Flow flow(int aligned) {
        return new Flow(stream(aligned), label());
    }

    private Stream stream(int aligned) {
        return new Stream(pick(Direction.values()), random.nextInt(32 / aligned) * aligned);
    }

    private int label() {
        return random.nextInt(3) == 0 ? 0 : REACH + random.nextInt(Flow.PLANE - REACH);
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }
}
