package dev.lockstep.host;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.machine.KvBlock;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.host.cache.CacheKey;
import dev.lockstep.host.code.NativeCode;
import dev.lockstep.host.cpu.CpuException;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.kernel.Synchronization;
import dev.lockstep.host.kernel.TokenShares;
import dev.lockstep.host.llvm.LlvmLibrary;
import dev.lockstep.host.memory.LargeMemory;
import dev.lockstep.host.memory.Libc;
import dev.lockstep.host.program.HostModule;
import dev.lockstep.host.program.HostProgram;
import dev.lockstep.host.program.KvPlan;
import dev.lockstep.host.program.Lowering;
import dev.lockstep.host.program.StepContext;
import dev.lockstep.host.program.WeightPlan;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as a native program on the CPU at hand. Gives the bits of the {@linkplain dev.lockstep.graph.reference reference interpreter}, for
 * any number of threads, cut of tokens into steps, and instruction set.
 */
public final class HostMachine implements Machine {
    private final HostOptions options;
    private final Arena arena = Arena.ofShared();
    private final Graph graph;
    private final StepFunction single;
    private final StepFunction several;
    private final CachedProgram cached;
    private final NativeCode code;
    private final NativeStep nativeStep;
    private final long readEntry;
    private final long weightBytes;
    private final MemorySegment context;
    private final WorkShares shares;
    private final AttentionTiles attentionTiles;
    private final MemorySegment memory;
    private final Embeddings embeddings;
    private final MemorySegment embeddingRows;
    private final List<AngleTables> angles = new ArrayList<>();
    private final KvBlocks kvBlocks;
    private StepFunction lastTraced;
    private boolean tracing;
    private final Optional<Processors> processors;
    private final List<Thread> workers = new ArrayList<>();
    private boolean closed;

    /**
     * Compiles a graph and packs its weights.
     *
     * @param graph a lowered graph
     * @param weights the graph's weights by name; embeddings are read from them as long as the machine is open
     * @throws HostUnavailableException if this process cannot make native code
     * @throws dev.lockstep.graph.GraphException if the graph is not lowered or the weights do not fit it
     * @throws dev.lockstep.formats.FormatException if a weight holds NaN or infinity
     */
    public static HostMachine open(Graph graph, Map<String, Tensor> weights, HostOptions options) {
        return new HostMachine(graph, weights, options, (ir, target) -> compile(ir, target, options.progress()));
    }

    /**
     * Begins, beside other work, with what every machine waits for once in a process: to link native calls, to look at the processor, to
     * set up digests. Nothing depends on it.
     */
    public static void prepare() {
        Thread.ofPlatform().daemon().name("lockstep-prepare").start(() -> {
            CacheKey.prepare();
            NativeStep.prepare();
            try {
                Target.host();
            } catch (CpuException nobodyAskedYet) {
                // told to the one who opens a machine
            }
        });
    }

    private static byte[] compile(String ir, Target target, HostProgress progress) {
        return switch (LlvmLibrary.find((done, total) -> progress.report("unpacking libLLVM", done, total))) {
            case LlvmLibrary.Missing missing -> throw new HostUnavailableException(missing.reason());
            case LlvmLibrary.Found found -> found.codeGenerator().compile(ir, target);
        };
    }

    /** Turns LLVM IR into an object file. */
    @FunctionalInterface
    interface Compiler {
        byte[] compile(String ir, Target target);
    }

    HostMachine(Graph graph, Map<String, Tensor> weights, HostOptions options, Compiler compiler) {
        graph.requireWeights(weights);
        AttentionCheck.supported(graph);
        this.graph = graph;
        this.options = options;
        Target target = options.target().orElseGet(Target::host);
        WeightPlan weightPlan = new WeightPlan(graph);
        cached = new CachedProgram(options.cache());
        var packedWeights =
                Background.start("lockstep-weights", () -> weights(graph, weightPlan, weights, compiler, target));
        KvPlan kvPlan = new KvPlan(graph, options.kvType());
        options.progress().passed("weights planned");
        HostProgram one;
        HostProgram more;
        try {
            one = Lowering.lower(graph, 1, options.kvType());
            more = Lowering.lower(graph, Math.max(2, options.maxStepTokens()), options.kvType());
            options.progress().passed("graph lowered");
            code = cached.code(
                    graph,
                    options,
                    target,
                    () -> compiler.compile(HostModule.ir(List.of(one, more), weightPlan, kvPlan, target), target));
        } catch (RuntimeException | Error unavailable) {
            packedWeights.finish(); // nobody may read the model's file when it is closed
            throw unavailable;
        }
        options.progress().passed("code loaded");
        nativeStep = new NativeStep(code);
        single = new StepFunction(one, code, options.threads(), arena);
        several = new StepFunction(more, code, options.threads(), arena);
        lastTraced = single;
        readEntry = code.symbol(HostModule.READ).address();
        weightBytes = weightPlan.bytes();

        MemorySegment packed = packedWeights.result();
        memory = LargeMemory.allocate(Math.max(arenaBytes(one), arenaBytes(more)), arena);
        kvBlocks = new KvBlocks(arena, kvPlan.blockBytes());
        embeddings = new Embeddings((Op.Embedding) graph.nodes().getFirst().op(), weights);
        embeddingRows = arena.allocate(more.embeds() ? more.capacity() * embeddings.rowBytes() : 0);

        attentionTiles = new AttentionTiles(more.capacity(), StepContext.mostTileTokens(graph));
        context = arena.allocate(StepContext.bytes(more.capacity()), 64);
        setContext(StepContext.WEIGHTS, packed.address());
        setContext(StepContext.ARENA, memory.address());
        setContext(StepContext.CORES, options.threads());
        shares = new WorkShares(options.threads(), arena);
        setContext(StepContext.BOUNDS, shares.bounds());
        setContext(StepContext.WORK, shares.work());
        setContext(
                StepContext.TOKEN_BOUNDS,
                TokenShares.equal(options.threads(), arena).address());
        setContext(
                StepContext.PACES,
                arena.allocate(TokenShares.PACE_STRIDE * options.threads(), 64).address());
        long arrivalBytes = Synchronization.arrivalBytes(options.threads());
        setContext(StepContext.ARRIVALS, arena.allocate(arrivalBytes, 64).address());
        setContext(StepContext.EMBEDDINGS, embeddingRows.address());
        long partialBytes = kvPlan.partialBytes(graph, KvLayout.spans(options.contextLength()));
        setContext(
                StepContext.PARTIALS,
                LargeMemory.allocate(Math.max(partialBytes, 1), arena).address());
        for (int i = 0; i < one.ropes().size(); i++) {
            AngleTables table = new AngleTables(one.ropes().get(i), options.contextLength(), arena);
            angles.add(table);
            setContext(StepContext.angles(i), table.address());
        }
        processors = Processors.of(options.threads());
        startWorkers();
        options.progress().passed("machine ready");
    }

    /** Packed, from the cache or made beside the compilation. */
    private MemorySegment weights(
            Graph graph, WeightPlan plan, Map<String, Tensor> tensors, Compiler compiler, Target target) {
        MemorySegment packed = cached.knownWeights(plan, arena).orElseGet(() -> {
            var fast = NativePacking.forWeights(plan, compiler, target);
            options.progress().passed("packing compiled");
            try {
                return cached.makeWeights(
                        plan, arena, into -> PackedWeights.pack(graph, plan, tensors, into, options, fast));
            } finally {
                fast.ifPresent(NativePacking::close);
            }
        });
        Libc libc = new Libc();
        for (Tensor tensor : tensors.values()) {
            if (tensor.data().isMapped()) {
                libc.release(tensor.data()); // what was looked at to know the model again, or to pack it
            }
        }
        options.progress().passed("weights there");
        return packed;
    }

    private long arenaBytes(HostProgram program) {
        return program.sharedBytes() + options.threads() * program.privateBytes() + 64;
    }

    private void startWorkers() {
        for (int core = 1; core < options.threads(); core++) {
            long number = core;
            workers.add(Thread.ofPlatform()
                    .daemon()
                    .name("lockstep-core-" + core)
                    .start(() -> {
                        processors.ifPresent(own -> own.bind((int) number));
                        nativeStep.work(context, number);
                    }));
        }
    }

    @Override
    public String name() {
        return "host";
    }

    @Override
    public int vocabularySize() {
        return graph.vocabularySize();
    }

    @Override
    public int hiddenWidth() {
        return graph.hidden().map(Value::width).orElse(0);
    }

    @Override
    public int contextLength() {
        return options.contextLength();
    }

    @Override
    public int maxStepTokens() {
        return several.program().capacity();
    }

    @Override
    public Sequence open(List<? extends KvBlock> prefix) {
        requireOpen();
        var sequence = new HostSequence(kvBlocks, options.contextLength());
        sequence.begin(prefix);
        return sequence;
    }

    @Override
    public long kvBlockBytes() {
        return kvBlocks.blockBytes();
    }

    @Override
    public KvBlock restore(MemorySegment content) {
        requireOpen();
        HostBlock block = kvBlocks.take();
        MemorySegment.copy(content, 0, block.memory(), 0, kvBlocks.blockBytes());
        return block;
    }

    @Override
    public void run(Step step) {
        requireOpen();
        if (step.size() == 0) {
            return;
        }
        check(step);
        StepFunction function = step.size() == 1 ? single : several;
        HostProgram program = function.program();
        int wanted = 0;
        int furthest = 0;
        for (int i = 0; i < step.size(); i++) {
            HostSequence sequence = (HostSequence) step.sequence(i);
            int position = sequence.append();
            furthest = Math.max(furthest, position);
            setContext(StepContext.positions() + 8L * i, position);
            setContext(StepContext.blockTables(program.capacity()) + 8L * i, sequence.table());
            if (step.logitsRow(i) >= 0) {
                setContext(StepContext.wantedIndices(program.capacity()) + 8L * wanted++, i);
            }
            embed(program, i, step.token(i), position);
        }
        for (int i = 0; i < angles.size(); i++) { // by index: an iterator would be an allocation per step
            angles.get(i).prepare(furthest + 1);
        }
        if (function == several) {
            attentionTiles.write(step, context);
        }
        setContext(StepContext.TOKENS, step.size());
        setContext(StepContext.WANTED, wanted);
        function.choose(context, tracing);
        leaveWorkers();
        long start = System.nanoTime();
        nativeStep.start(context);
        long duration = System.nanoTime() - start;
        function.done(step.size(), duration, tracing);
        if (function == single) {
            shares.learn();
        }
        if (tracing) {
            lastTraced = function;
        }
        for (int row = 0; row < wanted; row++) {
            MemorySegment.copy(
                    memory,
                    ValueLayout.JAVA_FLOAT,
                    program.logitsOffset() + (long) row * program.logitsStride(),
                    step.logits(),
                    step.logitsOffset(row),
                    vocabularySize());
        }
        if (step.hiddenWidth() > 0) {
            writeHidden(step, program, wanted);
        }
    }

    /**
     * Reads all packed weights on all cores and does nothing else: what that takes is what a step of one token takes at least.
     *
     * @return how many bytes that are
     */
    public long readWeights() {
        requireOpen();
        setContext(StepContext.ENTRY, readEntry);
        leaveWorkers();
        nativeStep.start(context);
        return weightBytes;
    }

    private void leaveWorkers() {
        if (processors.isPresent()) { // no lambda: steps allocate nothing
            processors.get().leaveWorkers();
        }
    }

    private void writeHidden(Step step, HostProgram program, int wanted) {
        int width = hiddenWidth();
        for (int row = 0; row < wanted; row++) {
            long place = program.hiddenOffset() + (long) row * program.hiddenStride();
            MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, place, step.hidden(), row * width, width);
        }
    }

    /** Where the time of steps of one token went, or of steps of several. */
    public List<PhaseTime> phaseTimes(boolean severalTokens) {
        return (severalTokens ? several : single).clock().times();
    }

    /** Starts counting anew. */
    public void resetPhaseTimes() {
        single.clock().reset();
        several.clock().reset();
    }

    /** Whether steps to come note the times of all cores: some twenty cycles for each core and phase. */
    public void traceSteps(boolean wanted) {
        tracing = wanted;
    }

    /** What the cores did in the last step that was traced; empty if there was none. */
    public Optional<StepTrace> lastStep() {
        return lastTraced.tracer().last();
    }

    /** Everything is checked before anything changes, so that a refused step leaves its sequences as they were. */
    private void check(Step step) {
        if (step.size() > maxStepTokens()) {
            throw new IllegalArgumentException(
                    "a step of " + step.size() + " tokens; this machine takes at most " + maxStepTokens());
        }
        for (int i = 0; i < step.size(); i++) {
            if (!(step.sequence(i) instanceof HostSequence sequence && sequence.usableWith(kvBlocks))) {
                throw new IllegalArgumentException("token " + i + " of the step has no open sequence of this machine");
            }
            int token = step.token(i);
            if (token < 0 || token >= embeddings.tokens()) {
                throw new IllegalArgumentException(
                        "token " + token + " is not in the vocabulary of " + embeddings.tokens());
            }
            int position = sequence.length();
            // Else there is room, whatever sequences the tokens before it belong to.
            if (position + i >= options.contextLength()) {
                for (int before = 0; before < i; before++) {
                    if (step.sequence(before) == sequence) {
                        position++;
                    }
                }
            }
            if (position >= options.contextLength()) {
                throw new IllegalArgumentException(
                        "a sequence of " + (position + 1) + " tokens; the context is " + options.contextLength());
            }
        }
    }

    private void embed(HostProgram program, int index, int token, int position) {
        if (program.embeds()) {
            embeddings.copy(token, embeddingRows, index);
        } else {
            long place = program.embeddingOffset() + (long) index * program.embeddingStride();
            embeddings.write(token, position, memory, place);
        }
    }

    private void setContext(long offset, long value) {
        context.set(ValueLayout.JAVA_LONG, offset, value);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the machine is closed");
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        setContext(StepContext.ENTRY, 0);
        nativeStep.start(context);
        Threads.join(workers);
        cached.finish();
        code.close();
        arena.close();
    }
}
