package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Space;
import dev.lockstep.compiler.schedule.Scheduler;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Op;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Wiring;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.MemoryImage;
import dev.lockstep.tensor.Tensor;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A model laid out over the chips of a node, or of several that form a pipeline. For every bucket of positions there is a program that computes one token; all of them use the
 * same memory, so that a text can grow from bucket to bucket.
 */
public final class CompiledModel {
    private final ModelPlan plan;
    private final Machine machine;
    private final Wiring wiring;
    private final Map<String, Tensor> tensors;
    private final StepInputs inputs;
    private final Map<Integer, TokenProgram> programs = new TreeMap<>();

    /**
     * @param program computes one token
     * @param completions when each chip is done, as the schedule has it
     * @param phases what the first chips of the nodes do when
     * @param path cycles of the chain of kernels that depend on one another, by kernel: the time of the same kernels if nothing had to wait for units and streams
     * @param textInMemory whether queues fetch their text; otherwise there is no place for it, and they are taken to hold all of it
     */
    public record TokenProgram(
            LpuProgram program,
            List<Long> completions,
            List<Scheduler.Span> phases,
            Map<String, Long> path,
            boolean textInMemory) {
        /** When the last chip is done. */
        public long predictedCycles() {
            return Collections.max(completions);
        }
    }

    CompiledModel(ModelPlan plan, Machine machine, Wiring wiring, Map<String, Tensor> tensors) {
        this.plan = plan;
        this.machine = machine;
        this.wiring = wiring;
        this.tensors = tensors;
        this.inputs = new StepInputs(plan);
    }

    public int chips() {
        return wiring.chips();
    }

    /** Most positions of a text. */
    public int capacity() {
        return plan.map().capacity();
    }

    public Graph graph() {
        return plan.graph();
    }

    /** Whether all programs so far fetch their text. */
    public boolean textInMemory() {
        return programs.values().stream().allMatch(TokenProgram::textInMemory);
    }

    /** Whether a program finds everything that it needs where the one of the token before has left it. */
    public boolean goesOnByItself() {
        return plan.stages() == 1 && plan.embedding().isPresent();
    }

    /** Cycles of a token that no schedule of this layout can go below. */
    public long floor() {
        return plan.floor(machine);
    }

    /** What memory holds at first. */
    public MemoryImage image() {
        return new ModelImage(plan, tensors);
    }

    /** The program for a token at a position. */
    public TokenProgram program(int position) {
        return programs.computeIfAbsent(bucket(position), this::compile);
    }

    /** What to write into a vector of an input buffer before a token: one element a lane, as bits. */
    public int[] input(Buffer buffer, int vector, int token, int position) {
        Op.Embedding embedding = (Op.Embedding) plan.graph().nodes().getFirst().op();
        return inputs.lanes(buffer.name(), vector, tensors.get(embedding.table().name()), token, position);
    }

    /** Puts what a vector of an output buffer holds where it belongs among the logits. */
    public void output(Buffer buffer, int vector, int[] lanes, float[] logits) {
        SegmentPlan last = plan.segments().getLast();
        Space space = last.linears().getLast().rows();
        int[] elements = space.vectors().get(buffer.chip() % last.cut().chips() * buffer.vectors() + vector);
        for (int lane = 0; lane < elements.length; lane++) {
            if (elements[lane] != Space.NOTHING) {
                logits[elements[lane]] = Float.intBitsToFloat(lanes[lane]);
            }
        }
    }

    /** The smallest bucket that holds a position. */
    private int bucket(int position) {
        if (position < 0 || position >= capacity()) {
            throw new IndexOutOfBoundsException("position " + position + " of " + capacity());
        }
        int bucket = 64;
        while (bucket <= position) {
            bucket *= 2;
        }
        return Math.min(bucket, capacity());
    }

    private TokenProgram compile(int positions) {
        return new TokenCompiler(plan, machine, wiring, inputs).compile(positions);
    }
}
