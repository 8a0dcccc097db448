package dev.lockstep.host.program;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Weight;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.kernel.QuantPanel;
import dev.lockstep.host.kernel.Simd;
import dev.lockstep.host.kernel.Synchronization;
import dev.lockstep.host.layout.Packer;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** Writes a {@link HostProgram} as one function {@code void (ptr context, i64 core)}: straight through all phases. */
final class StepEmitter {
    private static final long VECTOR_BYTES = 64;

    /** What memory delivers in the microsecond or two between two streams of weights. */
    private static final long PREFETCH_BYTES = 32 << 10;

    /** At most this part of a matrix, lest a core asks for what belongs to others. */
    private static final long PREFETCH_SHARE = 4;

    private static final Ir LEAST_TILED = Ir.i64(Kernels.LEAST_TILED);

    private final HostProgram program;
    private final WeightPlan weightPlan;
    private final KvPlan kvPlan;
    private final IrModule module;
    private final Kernels kernels;
    private final IrFunction f;

    private final Ir context;
    private final Ir core;
    private final Ir cores;
    private final Ir weights;
    private final Ir arena;
    private final Ir privateArena;
    private final Ir tokens;
    private final Ir wanted;
    private final Ir patience;

    private StepEmitter(HostProgram program, WeightPlan weightPlan, KvPlan kvPlan, Simd simd, IrFunction f) {
        this.program = program;
        this.weightPlan = weightPlan;
        this.kvPlan = kvPlan;
        this.module = f.module();
        this.kernels = new Kernels(module, simd);
        this.f = f;
        context = f.parameter(0);
        core = f.parameter(1);
        cores = f.load(Type.I64, context, StepContext.CORES);
        weights = f.load(Type.PTR, context, StepContext.WEIGHTS);
        arena = f.load(Type.PTR, context, StepContext.ARENA);
        privateArena = f.offset(f.offset(arena, program.sharedBytes()), f.mul(core, Ir.i64(program.privateBytes())));
        patience = f.alloca(Long.BYTES);
        f.store(Synchronization.rested(), patience);
        boolean single = program.capacity() == 1;
        tokens = single ? Ir.i64(1) : f.load(Type.I64, context, StepContext.TOKENS);
        wanted = single ? Ir.i64(1) : f.load(Type.I64, context, StepContext.WANTED);
    }

    static void emit(
            HostProgram program, WeightPlan weightPlan, KvPlan kvPlan, Simd simd, IrModule module, String name) {
        module.scheduleFunction(
                name, List.of(Type.PTR, Type.I64), f -> new StepEmitter(program, weightPlan, kvPlan, simd, f).emit());
    }

    private void emit() {
        boolean tiles = program.capacity() > 1 && kernels.tiles();
        onCoreZero(() -> f.store(cycles(), f.offset(context, StepContext.LAST_CYCLE)));
        if (tiles) {
            f.ifThen(tiled(tokens), () -> kernels.openTiles(f));
        }
        for (int phase = 0; phase < program.phases().size(); phase++) {
            trace(phase, TraceLayout.BEGAN);
            RowRun.cut(program.phases().get(phase)).forEach(this::emit);
            if (phase + 1 < program.phases().size()) {
                prefetch(program.phases().get(phase + 1));
            }
            trace(phase, TraceLayout.ENDED);
            barrier();
            addCycles(phase);
        }
        if (tiles) {
            f.ifThen(tiled(tokens), () -> kernels.closeTiles(f));
        }
    }

    private void barrier() {
        f.callLocal(
                kernels.barrier(),
                f.offset(context, StepContext.ARRIVED),
                f.offset(context, StepContext.PHASE),
                f.offset(context, StepContext.SLEEPERS),
                cores,
                patience);
    }

    /**
     * Asks for the beginning of the core's share of the weights that the next phase reads, so that memory is not idle while
     * cores wait for each other, normalise and round.
     */
    private void prefetch(List<Task> next) {
        next.stream().filter(task -> task.op() instanceof Op.Linear).findFirst().ifPresent(task -> {
            Weight matrix = ((Op.Linear) task.op()).matrix();
            long tileBytes = Packer.tileBytes(matrix.type(), matrix.columns());
            Ir first = f.offset(weight(matrix), f.mul(firstVector(task.output()), Ir.i64(tileBytes)));
            long share = Packer.tiles(matrix.rows()) * tileBytes / PREFETCH_SHARE;
            f.loop(
                    Ir.i64(0),
                    Ir.i64(Math.min(PREFETCH_BYTES, share)),
                    VECTOR_BYTES,
                    at -> f.prefetch(f.offset(first, at)));
        });
    }

    /** Adds the cycles since the last barrier to the phase that ends: some twenty cycles, too few to ask for permission. */
    private void addCycles(int phase) {
        onCoreZero(() -> {
            Ir last = f.offset(context, StepContext.LAST_CYCLE);
            Ir now = cycles();
            Ir sum = f.offset(f.load(Type.PTR, context, StepContext.PHASE_CYCLES), 8L * phase);
            f.store(f.add(f.load(Type.I64, sum), f.sub(now, f.load(Type.I64, last))), sum);
            f.store(now, last);
        });
    }

    /** Notes the time, if somebody wants to know. */
    private void trace(int phase, long moment) {
        Ir wanted = f.icmp("ne", f.load(Type.I64, context, StepContext.TRACE), Ir.i64(0));
        f.ifThen(wanted, () -> {
            Ir rows = f.load(Type.PTR, context, StepContext.TRACE);
            Ir row = f.offset(
                    rows,
                    f.mul(core, Ir.i64(TraceLayout.rowBytes(program.phases().size()))));
            f.store(cycles(), f.offset(row, TraceLayout.ENTRY_BYTES * phase + moment));
        });
    }

    private Ir cycles() {
        return f.call("llvm.readcyclecounter", Type.I64);
    }

    private void onCoreZero(Runnable body) {
        f.ifThen(f.icmp("eq", core, Ir.i64(0)), body);
    }

    private void emit(RowRun run) {
        if (run.tasks().size() == 1 || program.capacity() == 1) {
            run.tasks().forEach(this::emit);
        } else {
            severalTokens(run.linear(), () -> run.tasks().forEach(this::emit), () -> panels(run));
        }
    }

    private void emit(Task task) {
        emit(task, new Area(Ir.i64(0), count(task), firstVector(task.output()), endVector(task.output())));
    }

    /** @param area what is computed, by tasks that compute vectors of elements: operations on elements */
    private void emit(Task task, Area area) {
        if (task.part() == Task.Part.GATHER) {
            gather(task);
            return;
        }
        switch (task.op()) {
            case Op.RmsNorm norm ->
                eachToken(
                        task,
                        token -> eachPart(norm.groups(), group -> {
                            Ir at = f.mul(group, Ir.i64(4L * norm.gain().columns()));
                            f.callLocal(
                                    kernels.rmsNorm(norm.gain().columns(), norm.epsilon()),
                                    f.offset(row(task.inputs().getFirst(), token), at),
                                    weight(norm.gain()),
                                    f.offset(row(task.output(), token), at));
                        }));
            case Op.LayerNorm norm ->
                eachToken(
                        task,
                        token -> f.callLocal(
                                kernels.layerNorm(norm.width(), norm.epsilon()),
                                row(task.inputs().getFirst(), token),
                                weight(norm.gain()),
                                row(task.output(), token)));
            case Op.Quantize quantize -> {
                Slot from = task.inputs().getFirst();
                eachToken(
                        task,
                        token -> eachPart(
                                from.parts(),
                                part -> f.callLocal(
                                        kernels.quantize(quantize.kind(), from.partWidth(), panelTokens()),
                                        part(from, row(from, token), part),
                                        quants(task.output(), token, part),
                                        fields(task.output(), token, part))));
            }
            case Op.Route route ->
                eachToken(
                        task,
                        token -> f.callLocal(
                                kernels.route(route.scores().width(), route.routing()),
                                row(task.inputs().getFirst(), token),
                                row(task.output(), token),
                                route.routing().bias().map(this::weight).orElse(weights)));
            case Op.Linear linear -> linear(task, linear);
            case Op.ExpertLinear linear -> expertLinear(task, linear);
            case Op.HeadLinear linear -> headLinear(task, linear);
            case Op.Weave weave -> eachToken(task, token -> weave(task, weave, token));
            case Op.Add _ ->
                elementwise(
                        task, area, kernels.add(), token -> row(task.inputs().get(1), token));
            case Op.Bias bias -> elementwise(task, area, kernels.add(), _ -> weight(bias.vector()));
            case Op.Scale scale ->
                elementwise(
                        task,
                        area,
                        kernels.scale(scale.factor()),
                        token -> row(task.inputs().getFirst(), token));
            case Op.SoftCap softCap ->
                elementwise(
                        task,
                        area,
                        kernels.softCap(softCap.cap()),
                        token -> row(task.inputs().getFirst(), token));
            case Op.Activate activate ->
                elementwise(
                        task,
                        area,
                        kernels.activate(activate.activation()),
                        token -> row(task.inputs().getFirst(), token));
            case Op.RowGate _ ->
                elementwise(
                        task,
                        area,
                        kernels.rowGate(),
                        token -> row(task.inputs().get(1), token));
            case Op.ExpertBias bias -> expertBias(task, bias);
            case Op.Gated gated ->
                elementwise(
                        task,
                        area,
                        kernels.gated(gated.activation()),
                        token -> row(task.inputs().get(1), token));
            case Op.ExpertSum sum ->
                elementwise(
                        task,
                        area,
                        kernels.expertSum(sum.width(), sum.choice().width()),
                        token -> row(task.inputs().get(1), token));
            case Op.Attention attention -> attention(task, attention);
            case Op.Embedding _ -> throw new IllegalStateException("embeddings are looked up by the caller");
        }
    }

    // --- products ----------------------------------------------------------------------------------------------------

    private void linear(Task task, Op.Linear linear) {
        if (!task.inputs().getFirst().kind().quantized()) {
            floatLinear(task, linear.matrix());
        } else if (program.capacity() == 1) {
            straightLinear(task, linear.matrix());
        } else {
            severalTokens(task, () -> straightLinear(task, linear.matrix()), () -> panels(RowRun.of(task)));
        }
    }

    /** One way for a few tokens, another for more, where there are two. */
    private void severalTokens(Task task, Runnable few, Runnable many) {
        if (kernels.straightTokens() == 0) {
            many.run();
            return;
        }
        Ir atMost = f.icmp("ule", count(task), Ir.i64(kernels.straightTokens()));
        f.ifThen(atMost, few);
        f.ifThen(f.xor(atMost, new Ir(Type.I1, "true")), many);
    }

    private void floatLinear(Task task, Weight matrix) {
        Slot x = task.inputs().getFirst();
        eachVector(
                task.output(),
                tile -> eachTokenTile(
                        count(task),
                        kernels.simd().floatTokens(),
                        (token, size) -> f.callLocal(
                                kernels.floatLinear(matrix.type(), matrix.columns(), size),
                                tile(matrix, tile),
                                row(x, token),
                                outputs(task.output(), tile, token),
                                Ir.i64(task.output().rowBytes()))));
    }

    private void straightLinear(Task task, Weight matrix) {
        Slot x = task.inputs().getFirst();
        eachVector(
                task.output(),
                tile -> eachTokenTile(
                        count(task),
                        kernels.quantTokens(x.kind()),
                        (token, size) -> f.callLocal(
                                kernels.quantLinear(matrix.type(), x.kind(), matrix.columns(), panelTokens(), size),
                                tile(matrix, tile),
                                quants(x, token, Ir.i64(0)),
                                fields(x, token, Ir.i64(0)),
                                outputs(task.output(), tile, token),
                                Ir.i64(task.output().rowBytes()))));
    }

    /**
     * As many tokens at a time as stay in the cache with all tiles, one after the other. All tasks of a run do some tiles before the next ones, so that
     * they find in the cache what the products gave.
     */
    private void panels(RowRun run) {
        Task linear = run.linear();
        long most = kernels.panelTokens(linear.inputs().getFirst().kind(), run.columns());
        f.loop(Ir.i64(0), count(linear), most, token -> {
            Ir rest = f.sub(count(linear), token);
            Ir some = f.select(f.icmp("slt", rest, Ir.i64(most)), rest, Ir.i64(most));
            if (kernels.tiles()) {
                f.ifThen(tiled(some), () -> tilePanels(run, token, some));
                f.ifThen(f.icmp("ult", some, LEAST_TILED), () -> panels(run, token, some));
            } else {
                panels(run, token, some);
            }
        });
    }

    private Ir tiled(Ir tokens) {
        return f.icmp("uge", tokens, LEAST_TILED);
    }

    /** As many tiles of rows at a time as share activations; those that are left one by one. */
    private void panels(RowRun run, Ir token, Ir count) {
        int most = kernels.rowTiles();
        Ir first = firstVector(run.linear().output());
        Ir end = endVector(run.linear().output());
        Ir whole = f.add(first, f.and(f.sub(end, first), Ir.i64(-most)));
        panels(run, token, count, first, whole, most);
        if (most > 1) {
            panels(run, token, count, whole, end, 1);
        }
    }

    private void panels(RowRun run, Ir token, Ir count, Ir first, Ir end, int tiles) {
        f.loop(first, end, tiles, tile -> {
            Area area = new Area(token, f.add(token, count), tile, f.add(tile, Ir.i64(tiles)));
            for (Task task : run.tasks()) {
                if (task.op() instanceof Op.Linear linear) {
                    panelLinear(task, linear.matrix(), token, count, tile, tiles);
                } else {
                    emit(task, area);
                }
            }
        });
    }

    private void panelLinear(Task task, Weight matrix, Ir token, Ir count, Ir tile, int tiles) {
        Slot x = task.inputs().getFirst();
        f.callLocal(
                kernels.panelLinear(matrix.type(), x.kind(), matrix.columns(), tiles),
                tile(matrix, tile),
                quants(x, token, Ir.i64(0)),
                count,
                outputs(task.output(), tile, token),
                Ir.i64(task.output().rowBytes()),
                f.offset(privateArena, program.scratchOffset()));
    }

    private void tilePanels(RowRun run, Ir token, Ir count) {
        Ir end = endVector(run.linear().output());
        f.loop(firstVector(run.linear().output()), end, Kernels.ROW_TILES, tile -> {
            Ir next = f.add(tile, Ir.i64(Kernels.ROW_TILES));
            Ir both = f.icmp("ule", next, end);
            Area area = new Area(token, f.add(token, count), tile, f.select(both, next, end));
            for (Task task : run.tasks()) {
                if (task.op() instanceof Op.Linear linear) {
                    tileLinear(task, linear.matrix(), token, count, tile, both);
                } else {
                    emit(task, area);
                }
            }
        });
    }

    private void tileLinear(Task task, Weight matrix, Ir token, Ir count, Ir tile, Ir both) {
        Slot x = task.inputs().getFirst();
        Ir tileBytes = Ir.i64(Packer.tileBytes(matrix.type(), matrix.columns()));
        f.callLocal(
                kernels.tileLinear(matrix.type(), x.kind(), matrix.columns()),
                tile(matrix, tile),
                quants(x, token, Ir.i64(0)),
                count,
                outputs(task.output(), tile, token),
                Ir.i64(task.output().rowBytes()),
                f.offset(privateArena, program.scratchOffset()),
                f.select(both, tileBytes, Ir.i64(0)));
    }

    private Ir tile(Weight matrix, Ir tile) {
        return f.offset(weight(matrix), f.mul(tile, Ir.i64(Packer.tileBytes(matrix.type(), matrix.columns()))));
    }

    private Ir outputs(Slot slot, Ir tile, Ir token) {
        return f.offset(row(slot, token), f.mul(tile, Ir.i64(VECTOR_BYTES)));
    }

    /** All tokens in tiles of {@code most}, a power of two, then of half as many, and so on. */
    private void eachTokenTile(Ir count, int most, BiConsumer<Ir, Integer> body) {
        if (program.capacity() == 1) {
            body.accept(Ir.i64(0), 1);
            return;
        }
        Ir whole = f.and(count, Ir.i64(-most));
        f.loop(Ir.i64(0), whole, most, token -> body.accept(token, most));
        for (int size = most / 2; size >= 1; size /= 2) {
            int tile = size;
            Ir first = f.and(count, Ir.i64(-2L * tile));
            f.ifThen(f.icmp("ne", f.and(count, Ir.i64(tile)), Ir.i64(0)), () -> body.accept(first, tile));
        }
    }

    private void expertLinear(Task task, Op.ExpertLinear linear) {
        Slot choice = task.inputs().get(1);
        f.loop(
                Ir.i64(0),
                count(task),
                1,
                token -> eachPart(
                        task.output().parts(),
                        slot -> partLinear(
                                task,
                                linear.matrices(),
                                expert(choice, token, slot),
                                token,
                                linear.perExpertInput() ? slot : Ir.i64(0),
                                slot)));
    }

    private void headLinear(Task task, Op.HeadLinear linear) {
        f.loop(
                Ir.i64(0),
                count(task),
                1,
                token ->
                        eachPart(linear.heads(), head -> partLinear(task, linear.matrices(), head, token, head, head)));
    }

    /** The product of one part of a token's row with one matrix of a stack. */
    private void partLinear(Task task, Weight stack, Ir number, Ir token, Ir inputPart, Ir outputPart) {
        Slot x = task.inputs().getFirst();
        long tileBytes = Packer.tileBytes(stack.type(), stack.columns());
        Ir matrix = f.offset(weight(stack), f.mul(number, Ir.i64(WeightPlan.matrixBytes(stack))));
        Ir output = part(task.output(), row(task.output(), token), outputPart);
        eachVector(task.output(), vector -> {
            Ir tile = f.offset(matrix, f.mul(vector, Ir.i64(tileBytes)));
            Ir y = f.offset(output, f.mul(vector, Ir.i64(VECTOR_BYTES)));
            if (x.kind().quantized()) {
                f.callLocal(
                        kernels.quantLinear(stack.type(), x.kind(), stack.columns(), panelTokens(), 1),
                        tile,
                        quants(x, token, inputPart),
                        fields(x, token, inputPart),
                        y,
                        Ir.i64(0));
            } else {
                f.callLocal(
                        kernels.floatLinear(stack.type(), stack.columns(), 1),
                        tile,
                        part(x, row(x, token), inputPart),
                        y,
                        Ir.i64(0));
            }
        });
    }

    // --- elements ----------------------------------------------------------------------------------------------------

    /** Tokens, and vectors of 16 elements of their rows: the first ones and those after the last. */
    private record Area(Ir token, Ir endToken, Ir vector, Ir endVector) {}

    private void elementwise(Task task, Area area, String kernel, java.util.function.UnaryOperator<Ir> second) {
        Slot first = task.inputs().getFirst();
        Slot output = task.output();
        boolean secondHasParts = task.op() instanceof Op.Gated;
        f.loop(
                area.token(),
                area.endToken(),
                1,
                token -> eachPart(output.parts(), part -> {
                    Ir b = second.apply(token);
                    f.callLocal(
                            kernel,
                            part(first, row(first, token), part),
                            secondHasParts ? part(task.inputs().get(1), b, part) : b,
                            part(output, row(output, token), part),
                            area.vector(),
                            area.endVector());
                }));
    }

    private void expertBias(Task task, Op.ExpertBias bias) {
        Slot x = task.inputs().getFirst();
        Slot output = task.output();
        f.loop(
                Ir.i64(0),
                count(task),
                1,
                token -> eachPart(output.parts(), slot -> {
                    Ir expert = expert(task.inputs().get(1), token, slot);
                    f.callLocal(
                            kernels.add(),
                            part(x, row(x, token), slot),
                            f.offset(
                                    weight(bias.vectors()),
                                    f.mul(expert, Ir.i64(4L * bias.vectors().columns()))),
                            part(output, row(output, token), slot),
                            firstVector(output),
                            endVector(output));
                }));
    }

    /** The expert that a token chose for a slot. */
    private Ir expert(Slot choice, Ir token, Ir slot) {
        return f.load(Type.I64, f.offset(row(choice, token), f.shl(slot, 3)));
    }

    private void weave(Task task, Op.Weave weave, Ir token) {
        Slot output = task.output();
        f.loop(Ir.i64(0), Ir.i64(weave.heads()), 1, head -> {
            Ir start = f.mul(head, Ir.i64(weave.headSize()));
            int at = 0;
            for (Op.Weave.Piece piece : weave.pieces()) {
                Ir from = f.add(f.mul(head, Ir.i64(piece.stride())), Ir.i64(piece.start()));
                f.callLocal(
                        kernels.copyFloats(piece.length()),
                        element(task.inputs().get(piece.input()), token, from),
                        element(output, token, f.add(start, Ir.i64(at))));
                at += piece.length();
            }
            if (weave.padding() > 0) {
                f.callLocal(kernels.zeros(weave.padding()), element(output, token, f.add(start, Ir.i64(at))));
            }
        });
    }

    /** The address of an element of a token's row, whatever its parts. */
    private Ir element(Slot slot, Ir token, Ir index) {
        Ir width = Ir.i64(slot.partWidth());
        Ir place = part(slot, row(slot, token), f.udiv(index, width));
        return f.offset(place, f.shl(f.urem(index, width), 2));
    }

    private void gather(Task task) {
        Slot from = task.inputs().getFirst();
        eachToken(task, index -> {
            Ir place = f.add(Ir.i64(StepContext.wantedIndices(program.capacity())), f.shl(index, 3));
            Ir token = f.load(Type.I64, f.offset(context, place));
            if (from.kind().quantized()) {
                eachPart(
                        from.parts(),
                        part -> f.callLocal(
                                kernels.copyQuantized(from.kind(), from.partWidth()),
                                quants(from, token, part),
                                fields(from, token, part),
                                quants(task.output(), index, part),
                                fields(task.output(), index, part)));
            } else {
                f.callLocal(kernels.copy(from.rowBytes()), row(from, token), row(task.output(), index));
            }
        });
    }

    // --- attention ---------------------------------------------------------------------------------------------------

    private void attention(Task task, Op.Attention attention) {
        switch (task.part()) {
            case APPEND -> append(task, attention);
            case ATTEND -> {
                if (program.capacity() == 1) {
                    attendSpans(task, attention);
                } else {
                    attendTiles(task, attention);
                }
            }
            case MERGE -> mergeSpans(task, attention);
            case WHOLE, GATHER -> throw new IllegalStateException(task + " is no part of attention");
        }
    }

    private void append(Task task, Op.Attention attention) {
        eachUnit(count(task), attention, (token, head) -> {
            Ir position = perToken(Type.I64, StepContext.positions(), token);
            Ir block = f.load(Type.PTR, f.offset(blockTable(token), f.shl(f.lshr(position, 6), 3)));
            long headBytes = 4L * attention.headSize();
            Ir queries = heads(task.output(), attention, token, head);
            if (task.output() != task.inputs().getFirst()) {
                f.callLocal(
                        kernels.copyFloats(attention.group() * attention.headSize()),
                        heads(task.inputs().getFirst(), attention, token, head),
                        queries);
            }
            f.callLocal(
                    kernels.append(attention, program.kvType()),
                    queries,
                    f.offset(row(task.inputs().get(1), token), f.mul(head, Ir.i64(headBytes))),
                    f.offset(row(task.inputs().get(2), token), f.mul(head, Ir.i64(headBytes))),
                    angles(attention, position),
                    f.offset(block, keys(attention, head)),
                    f.offset(block, values(attention, head)),
                    f.and(position, Ir.i64(KvLayout.BLOCK - 1)));
        });
    }

    /**
     * With one span, a core attends with queries that it rotated itself, to keys of which it wrote the last one. With several it may be another,
     * and all wait for each other first.
     */
    private void attendSpans(Task task, Op.Attention attention) {
        Ir token = Ir.i64(0);
        Ir position = perToken(Type.I64, StepContext.positions(), token);
        Ir end = f.add(position, Ir.i64(1));
        Ir seen = kernels.firstSeen(f, attention, position);
        Ir skipped = f.udiv(seen, Ir.i64(KvLayout.SPAN));
        Ir spans = f.sub(spans(end), skipped);
        f.ifThen(f.icmp("ugt", spans, Ir.i64(1)), this::barrier);
        eachUnit(spans, attention, (span, head) -> {
            Ir start = f.mul(f.add(span, skipped), Ir.i64(KvLayout.SPAN));
            Ir next = f.add(start, Ir.i64(KvLayout.SPAN));
            Ir first = f.select(f.icmp("ugt", seen, start), seen, start);
            f.callLocal(
                    kernels.attendSpan(attention, program.kvType()),
                    heads(task.inputs().getFirst(), attention, token, head),
                    partial(attention, span, head),
                    blockTable(token),
                    keys(attention, head),
                    values(attention, head),
                    first,
                    f.select(f.icmp("ult", next, end), next, end));
        });
    }

    private void mergeSpans(Task task, Op.Attention attention) {
        Ir token = Ir.i64(0);
        Ir position = perToken(Type.I64, StepContext.positions(), token);
        Ir skipped = f.udiv(kernels.firstSeen(f, attention, position), Ir.i64(KvLayout.SPAN));
        Ir spans = f.sub(spans(f.add(position, Ir.i64(1))), skipped);
        f.loop(
                Ir.i64(0),
                Ir.i64(attention.kvHeads()),
                1,
                head -> f.callLocal(
                        kernels.mergeSpans(attention, program.kvType()),
                        partial(attention, Ir.i64(0), head),
                        Ir.i64(attention.kvHeads() * kvPlan.partialBytes(attention)),
                        spans,
                        heads(task.output(), attention, token, head),
                        sinks(attention, head)));
    }

    private void attendTiles(Task task, Op.Attention attention) {
        eachUnit(f.load(Type.I64, context, StepContext.TILES), attention, (tile, head) -> {
            Ir token = perToken(Type.I64, StepContext.tileTokens(program.capacity()), tile);
            Ir size = perToken(Type.I64, StepContext.tileSizes(program.capacity()), tile);
            Ir position = perToken(Type.I64, StepContext.positions(), token);
            Ir queries = heads(task.inputs().getFirst(), attention, token, head);
            Ir results = heads(task.output(), attention, token, head);
            f.ifThen(
                    f.icmp("eq", size, Ir.i64(1)),
                    () -> f.callLocal(
                            kernels.attendToken(attention, program.kvType()),
                            queries,
                            results,
                            blockTable(token),
                            keys(attention, head),
                            values(attention, head),
                            f.add(position, Ir.i64(1)),
                            sinks(attention, head)));
            f.ifThen(
                    f.icmp("ne", size, Ir.i64(1)),
                    () -> f.callLocal(
                            kernels.attendTile(attention, program.kvType()),
                            queries,
                            Ir.i64(task.inputs().getFirst().rowBytes()),
                            results,
                            Ir.i64(task.output().rowBytes()),
                            blockTable(token),
                            keys(attention, head),
                            values(attention, head),
                            position,
                            size,
                            sinks(attention, head)));
        });
    }

    /** The core's pairs of something (tokens, tiles, spans) and a KV head. */
    private void eachUnit(Ir count, Op.Attention attention, BiConsumer<Ir, Ir> body) {
        Ir kvHeads = Ir.i64(attention.kvHeads());
        f.loop(core, f.mul(count, kvHeads), cores, List.of(), (unit, _) -> {
            body.accept(f.udiv(unit, kvHeads), f.urem(unit, kvHeads));
            return List.of();
        });
    }

    private Ir spans(Ir positions) {
        return f.udiv(f.add(positions, Ir.i64(KvLayout.SPAN - 1)), Ir.i64(KvLayout.SPAN));
    }

    /** The query heads of a token that go with a KV head. */
    private Ir heads(Slot slot, Op.Attention attention, Ir token, Ir head) {
        return f.offset(row(slot, token), f.mul(head, Ir.i64(4L * attention.group() * attention.headSize())));
    }

    /** Where the sinks of a KV head's query heads are; somewhere if the model has none. */
    private Ir sinks(Op.Attention attention, Ir head) {
        return attention
                .scoring()
                .sinks()
                .map(sinks -> f.offset(weight(sinks), f.mul(head, Ir.i64(4L * attention.group()))))
                .orElse(weights);
    }

    private Ir partial(Op.Attention attention, Ir span, Ir head) {
        Ir index = f.add(f.mul(span, Ir.i64(attention.kvHeads())), head);
        return f.offset(
                f.load(Type.PTR, context, StepContext.PARTIALS), f.mul(index, Ir.i64(kvPlan.partialBytes(attention))));
    }

    private Ir keys(Op.Attention attention, Ir head) {
        return f.add(Ir.i64(kvPlan.keys(attention)), f.mul(head, Ir.i64(kvPlan.keyBytes(attention))));
    }

    private Ir values(Op.Attention attention, Ir head) {
        return f.add(Ir.i64(kvPlan.values(attention)), f.mul(head, Ir.i64(kvPlan.valueBytes(attention))));
    }

    private Ir blockTable(Ir token) {
        return perToken(Type.PTR, StepContext.blockTables(program.capacity()), token);
    }

    private Ir angles(Op.Attention attention, Ir position) {
        long place = StepContext.angles(program.ropes().indexOf(attention.rope()));
        return f.offset(
                f.load(Type.PTR, context, place), f.mul(position, Ir.i64(4L * Kernels.angleFloats(attention.rope()))));
    }

    private Ir perToken(Type type, long base, Ir token) {
        return f.load(type, f.offset(context, f.add(Ir.i64(base), f.shl(token, 3))));
    }

    // --- cuts --------------------------------------------------------------------------------------------------------

    private Ir count(Task task) {
        return task.wanted() ? wanted : tokens;
    }

    private void eachToken(Task task, Consumer<Ir> body) {
        switch (task.cut()) {
            case REPLICATED -> f.loop(Ir.i64(0), count(task), 1, body);
            case TOKENS -> eachOwnToken(count(task), body);
            case ROWS, HEADS -> throw new IllegalStateException(task + " is not cut by tokens");
        }
    }

    /**
     * The tokens of the core's panels. Tokens of a panel share cache lines, and two cores that write to the same lines in turn wait for them
     * longer than one of them takes for all tokens of the panel.
     */
    private void eachOwnToken(Ir count, Consumer<Ir> body) {
        Ir panels = f.udiv(f.add(count, Ir.i64(QuantPanel.TOKENS - 1)), Ir.i64(QuantPanel.TOKENS));
        Ir first = f.udiv(f.mul(core, panels), cores);
        Ir next = f.udiv(f.mul(f.add(core, Ir.i64(1)), panels), cores);
        Ir end = f.mul(next, Ir.i64(QuantPanel.TOKENS));
        f.loop(f.mul(first, Ir.i64(QuantPanel.TOKENS)), f.select(f.icmp("ult", end, count), end, count), 1, body);
    }

    private void eachPart(int parts, Consumer<Ir> body) {
        if (parts == 1) {
            body.accept(Ir.i64(0));
        } else {
            f.loop(Ir.i64(0), Ir.i64(parts), 1, body);
        }
    }

    private void eachVector(Slot slot, Consumer<Ir> body) {
        f.loop(firstVector(slot), endVector(slot), 1, body);
    }

    private Ir firstVector(Slot slot) {
        return f.udiv(f.mul(core, Ir.i64(Packer.tiles(slot.partWidth()))), cores);
    }

    private Ir endVector(Slot slot) {
        return f.udiv(f.mul(f.add(core, Ir.i64(1)), Ir.i64(Packer.tiles(slot.partWidth()))), cores);
    }

    // --- addresses ---------------------------------------------------------------------------------------------------

    private Ir weight(Weight weight) {
        return f.offset(weights, weightPlan.place(weight).offset());
    }

    private Ir shared(Slot slot) {
        return f.offset(slot.isPrivate() ? privateArena : arena, slot.offset());
    }

    private Ir row(Slot slot, Ir token) {
        return f.offset(shared(slot), f.mul(token, Ir.i64(slot.rowBytes())));
    }

    /** Tokens side by side in panels of quantised rows. */
    private int panelTokens() {
        return program.capacity() == 1 ? 1 : QuantPanel.TOKENS;
    }

    private Ir quants(Slot slot, Ir token, Ir part) {
        return f.offset(panel(slot, token, part), f.mul(lane(token), Ir.i64(QuantPanel.quantsStride())));
    }

    private Ir fields(Slot slot, Ir token, Ir part) {
        Ir fields = f.offset(
                panel(slot, token, part),
                QuantPanel.of(slot.kind(), slot.partWidth(), panelTokens()).fieldsOffset());
        return f.offset(fields, f.mul(lane(token), Ir.i64(QuantPanel.fieldsStride())));
    }

    private Ir lane(Ir token) {
        return f.urem(token, Ir.i64(panelTokens()));
    }

    private Ir panel(Slot slot, Ir token, Ir part) {
        Ir panel = f.add(f.mul(f.udiv(token, Ir.i64(panelTokens())), Ir.i64(slot.parts())), part);
        int bytes = QuantPanel.of(slot.kind(), slot.partWidth(), panelTokens()).bytes();
        return f.offset(shared(slot), f.mul(panel, Ir.i64(bytes)));
    }

    private Ir part(Slot slot, Ir row, Ir part) {
        return slot.parts() == 1 ? row : f.offset(row, f.mul(part, Ir.i64(slot.partBytes())));
    }
}
