package dev.lockstep.host.program;

import dev.lockstep.graph.Op;
import dev.lockstep.graph.Weight;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.kernel.QuantPanel;
import dev.lockstep.host.kernel.Simd;
import dev.lockstep.host.kernel.TokenShares;
import dev.lockstep.host.layout.Packer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;

/**
 * Writes a phase as a function {@code void (ptr context, i64 core, ptr patience, i64 phase, i64 place...)}: what a core does of it, and the barrier at its
 * end. Layers differ only in where things lie, so phases that do the same in several of them are one function, which gets the places.
 */
final class PhaseEmitter {
    /** Bytes of a line of memory. */
    private static final long LINE = 64;

    /** What memory delivers in the microsecond or two between two streams of weights. */
    private static final long PREFETCH_BYTES = 32 << 10;

    /** At most this part of a matrix, lest a core asks for what belongs to others. */
    private static final long PREFETCH_SHARE = 4;

    private final HostProgram program;
    private final int number;
    private final List<Task> tasks;
    private final Kernels kernels;
    private final CoreView view;
    private final ElementEmitter elements;
    private final AttentionEmitter attention;
    private final IrFunction f;
    private final Ir patience;
    private final Ir phase;

    private PhaseEmitter(
            HostProgram program, int number, WeightPlan weightPlan, KvPlan kvPlan, Simd simd, IrFunction f) {
        this.program = program;
        this.number = number;
        this.tasks = program.phases().get(number);
        this.kernels = new Kernels(f.module(), simd);
        this.view = new CoreView(program, weightPlan, kernels.ownTokens(), f);
        this.elements = new ElementEmitter(program, kernels, view, f);
        this.attention = new AttentionEmitter(program, kvPlan, kernels, view, this::barrier, f);
        this.f = f;
        patience = f.parameter(2);
        phase = f.parameter(3);
    }

    /** Writes the function of a phase, unless there is one already. */
    static PhaseCall emit(
            HostProgram program, int phase, WeightPlan weightPlan, KvPlan kvPlan, Simd simd, IrModule module) {
        List<Long> places = new ArrayList<>();
        String function = module.sharedFunction(
                "lockstep_phase_%d_of_%d".formatted(phase, program.capacity()),
                List.of(Type.PTR, Type.I64, Type.PTR, Type.I64),
                f -> {
                    PhaseEmitter emitter = new PhaseEmitter(program, phase, weightPlan, kvPlan, simd, f);
                    emitter.emit();
                    places.addAll(emitter.view.places());
                });
        return new PhaseCall(function, phase, places);
    }

    private void emit() {
        trace(TraceLayout.BEGAN);
        boolean counted = program.capacity() == 1 && tasks.stream().anyMatch(task -> task.cut() == Cut.ROWS);
        if (counted) {
            countWork(f::sub);
        }
        sharedProduct(tasks).ifPresentOrElse(this::emitPaced, this::emitTasks);
        if (number + 1 < program.phases().size()) {
            List<Task> next = program.phases().get(number + 1);
            if (tasks.stream().allMatch(task -> task.cut() == Cut.TOKENS)) {
                sharedProduct(next).ifPresent(this::shareTokens);
            }
            prefetch(next);
        }
        if (counted) {
            countWork(f::add);
        }
        trace(TraceLayout.ENDED);
        barrier();
        addCycles();
    }

    private void barrier() {
        f.callLocal(
                kernels.barrier(),
                f.load(Type.PTR, view.context(), StepContext.ARRIVALS),
                view.core(),
                f.offset(view.context(), StepContext.SLEEPERS),
                view.cores(),
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
            Ir first =
                    f.offset(view.weight(matrix), f.mul(ownOfProduct(task, next).vector(), Ir.i64(tileBytes)));
            long share = Packer.tiles(matrix.rows()) * tileBytes / PREFETCH_SHARE;
            f.loop(Ir.i64(0), Ir.i64(Math.min(PREFETCH_BYTES, share)), LINE, at -> f.prefetch(f.offset(first, at)));
        });
    }

    /** The first product of a phase that cores may share by tokens. */
    private Optional<Task> sharedProduct(List<Task> phase) {
        return sharesTokens(phase)
                ? phase.stream().filter(task -> task.op() instanceof Op.Linear).findFirst()
                : Optional.empty();
    }

    private boolean sharesTokens(List<Task> phase) {
        return program.capacity() > 1 && RowRun.ofWholeTokens(phase);
    }

    private void emitTasks() {
        RowRun.cut(tasks).forEach(this::emit);
    }

    /** Notes how many tokens the core has taken, and how long they took it. */
    private void emitPaced(Task product) {
        Ir began = f.cycles();
        emitTasks();
        f.ifThen(view.manyTokens(view.count(product)), () -> {
            Area own = ownOfProduct(product, tasks);
            Ir paces = f.load(Type.PTR, view.context(), StepContext.PACES);
            Ir pace = f.offset(paces, f.mul(view.core(), Ir.i64(TokenShares.PACE_STRIDE)));
            f.store(f.sub(own.endToken(), own.token()), pace);
            f.store(f.sub(f.cycles(), began), f.offset(pace, TokenShares.CYCLES));
        });
    }

    /** Cuts the tokens of the next phase over the cores as fast as they were: in a phase in which nobody reads where they are cut. */
    private void shareTokens(Task product) {
        Ir many = view.manyTokens(view.count(product));
        f.ifThen(
                f.and(many, f.icmp("eq", view.core(), Ir.i64(0))),
                () -> f.callLocal(
                        kernels.shareTokens(),
                        f.load(Type.PTR, view.context(), StepContext.TOKEN_BOUNDS),
                        f.load(Type.PTR, view.context(), StepContext.PACES),
                        view.cores()));
    }

    /** Counts the cycles of a phase, less those when it began, as what the core has worked in the step: its share in later ones follows from that. */
    private void countWork(BinaryOperator<Ir> operation) {
        Ir work = f.offset(
                f.load(Type.PTR, view.context(), StepContext.WORK),
                f.mul(view.core(), Ir.i64(StepContext.WORK_STRIDE)));
        f.store(operation.apply(f.load(Type.I64, work), f.cycles()), work);
    }

    /** Adds the cycles since the last barrier to the phase that ends: some twenty cycles, too few to ask for permission. */
    private void addCycles() {
        f.ifThen(f.icmp("eq", view.core(), Ir.i64(0)), () -> {
            Ir last = f.offset(view.context(), StepContext.LAST_CYCLE);
            Ir now = f.cycles();
            Ir sum = f.offset(f.load(Type.PTR, view.context(), StepContext.PHASE_CYCLES), f.shl(phase, 3));
            f.store(f.add(f.load(Type.I64, sum), f.sub(now, f.load(Type.I64, last))), sum);
            f.store(now, last);
        });
    }

    /** Notes the time, if somebody wants to know. */
    private void trace(long moment) {
        Ir wanted = f.icmp("ne", f.load(Type.I64, view.context(), StepContext.TRACE), Ir.i64(0));
        f.ifThen(wanted, () -> {
            Ir rows = f.load(Type.PTR, view.context(), StepContext.TRACE);
            Ir row = f.offset(
                    rows,
                    f.mul(
                            view.core(),
                            Ir.i64(TraceLayout.rowBytes(program.phases().size()))));
            Ir entry = f.offset(row, f.mul(phase, Ir.i64(TraceLayout.ENTRY_BYTES)));
            f.store(f.cycles(), f.offset(entry, moment));
        });
    }

    private void emit(RowRun run) {
        if (run.tasks().size() == 1 || program.capacity() == 1) {
            run.tasks().forEach(this::emit);
        } else if (run.byTokens()) {
            // What one task has written the next one finds in the cache.
            view.eachTokens(
                    view.own(run.tasks().getFirst()),
                    Ir.i64(QuantPanel.TOKENS),
                    panel -> run.tasks().forEach(task -> emit(task, panel)));
        } else {
            severalTokens(run.linear(), () -> run.tasks().forEach(this::emit), () -> panels(run));
        }
    }

    private void emit(Task task) {
        emit(task, view.own(task));
    }

    /** @param area what is computed, by tasks that look at one token at a time or at elements: all but products and attention */
    private void emit(Task task, Area area) {
        if (task.part() == Task.Part.GATHER) {
            elements.gather(task, area);
            return;
        }
        switch (task.op()) {
            case Op.RmsNorm norm ->
                view.eachToken(
                        area,
                        token -> view.eachPart(norm.groups(), group -> {
                            Ir at = f.mul(group, Ir.i64(4L * norm.gain().columns()));
                            f.callLocal(
                                    kernels.rmsNorm(norm.gain().columns(), norm.epsilon()),
                                    f.offset(view.row(task.inputs().getFirst(), token), at),
                                    view.weight(norm.gain()),
                                    f.offset(view.row(task.output(), token), at));
                        }));
            case Op.LayerNorm norm ->
                view.eachToken(
                        area,
                        token -> f.callLocal(
                                kernels.layerNorm(norm.width(), norm.epsilon()),
                                view.row(task.inputs().getFirst(), token),
                                view.weight(norm.gain()),
                                view.row(task.output(), token)));
            case Op.Quantize quantize -> quantize(task, quantize, area);
            case Op.Route route ->
                view.eachToken(
                        area,
                        token -> f.callLocal(
                                kernels.route(route.scores().width(), route.routing()),
                                view.row(task.inputs().getFirst(), token),
                                view.row(task.output(), token),
                                route.routing().bias().map(view::weight).orElse(view.weights())));
            case Op.Linear linear -> linear(task, linear);
            case Op.ExpertLinear linear -> expertLinear(task, linear);
            case Op.HeadLinear linear -> headLinear(task, linear);
            case Op.Weave weave -> view.eachToken(area, token -> elements.weave(task, weave, token));
            case Op.Add _ -> elementwise(task, area, kernels.add(), 1);
            case Op.Bias bias ->
                elements.elementwise(task, area, kernels.add(), _ -> view.vectors(bias.vector(), Ir.i64(0), area));
            case Op.Scale scale -> elementwise(task, area, kernels.scale(scale.factor()), 0);
            case Op.SoftCap softCap -> elementwise(task, area, kernels.softCap(softCap.cap()), 0);
            case Op.Activate activate -> elementwise(task, area, kernels.activate(activate.activation()), 0);
            case Op.RowGate _ ->
                elements.elementwise(
                        task,
                        area,
                        kernels.rowGate(),
                        _ -> view.wholeRows(task.inputs().get(1), area));
            case Op.ExpertBias bias -> elements.expertBias(task, bias);
            case Op.Gated gated -> elementwise(task, area, kernels.gated(gated.activation()), 1);
            case Op.ExpertSum sum ->
                elements.elementwise(
                        task,
                        area,
                        kernels.expertSum(sum.width(), sum.choice().width()),
                        _ -> view.wholeRows(task.inputs().get(1), area));
            case Op.Attention op -> attention.emit(task, op);
            case Op.Embedding lookup -> view.eachToken(area, token -> elements.embed(task, lookup, token));
        }
    }

    /** @param second which of the inputs is the second operand, that of the same token */
    private void elementwise(Task task, Area area, String kernel, int second) {
        elements.elementwise(task, area, kernel, part -> view.rows(task.inputs().get(second), area, part));
    }

    /** Whole panels at once, which needs rows of as many tokens; what is left token by token. */
    private void quantize(Task task, Op.Quantize quantize, Area area) {
        if (task.cut() != Cut.TOKENS || program.capacity() < QuantPanel.TOKENS) {
            quantizeTokens(task, quantize, area);
            return;
        }
        Slot from = task.inputs().getFirst();
        Ir panels = f.and(f.sub(area.endToken(), area.token()), Ir.i64(-QuantPanel.TOKENS));
        Ir rest = f.add(area.token(), panels);
        f.loop(
                area.token(),
                rest,
                QuantPanel.TOKENS,
                token -> quantize(
                        task, token, kernels.quantizePanel(quantize.kind(), from.partWidth(), from.rowBytes())));
        quantizeTokens(task, quantize, new Area(rest, area.endToken(), area.vector(), area.endVector()));
    }

    private void quantizeTokens(Task task, Op.Quantize quantize, Area area) {
        int width = task.inputs().getFirst().partWidth();
        String kernel = kernels.quantize(quantize.kind(), width, view.panelTokens());
        view.eachToken(area, token -> quantize(task, token, kernel));
    }

    private void quantize(Task task, Ir token, String kernel) {
        Slot from = task.inputs().getFirst();
        view.eachPart(
                from.parts(),
                part -> f.callLocal(
                        kernel,
                        view.part(from, view.row(from, token), part),
                        view.quants(task.output(), token, part),
                        view.fields(task.output(), token, part)));
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
        int straight = kernels.straightTokens(((Op.Linear) task.op()).matrix().type());
        if (straight == 0) {
            many.run();
            return;
        }
        Ir atMost = f.icmp("ule", view.count(task), Ir.i64(straight));
        f.ifElse(atMost, few, many);
    }

    private void floatLinear(Task task, Weight matrix) {
        Slot x = task.inputs().getFirst();
        view.eachVector(
                task.output(),
                tile -> eachTokenTile(
                        view.count(task),
                        kernels.simd().floatTokens(),
                        (token, size) -> f.callLocal(
                                kernels.floatLinear(matrix.type(), matrix.columns(), size),
                                tile(matrix, tile),
                                view.row(x, token),
                                outputs(task.output(), tile, token),
                                Ir.i64(task.output().rowBytes()))));
    }

    private void straightLinear(Task task, Weight matrix) {
        Slot x = task.inputs().getFirst();
        view.eachVector(
                task.output(),
                tile -> eachTokenTile(
                        view.count(task),
                        kernels.quantTokens(x.kind()),
                        (token, size) -> f.callLocal(
                                kernels.quantLinear(
                                        matrix.type(), x.kind(), matrix.columns(), view.panelTokens(), size),
                                tile(matrix, tile),
                                view.quants(x, token, Ir.i64(0)),
                                view.fields(x, token, Ir.i64(0)),
                                outputs(task.output(), tile, token),
                                Ir.i64(task.output().rowBytes()))));
    }

    /**
     * As many tokens at a time as stay in the cache with all tiles, one after the other. All tasks of a run do some tiles before the next ones, so that
     * they find in the cache what the products gave.
     */
    private void panels(RowRun run) {
        Task linear = run.linear();
        Area own = ownOfProduct(linear, tasks);
        view.eachTokens(own, tokensAtOnce(run, f.sub(own.endToken(), own.token())), area -> {
            if (kernels.tiles()) {
                Ir tokens = f.sub(area.endToken(), area.token());
                f.ifElse(kernels.tiled(f, tokens), () -> tilePanels(run, area), () -> panels(run, area));
            } else {
                panels(run, area);
            }
        });
    }

    /** About as many as {@link Kernels#panelTokens} says, and about as many each time: weights are unpacked for each of them anew. Tiles take whole panels. */
    private Ir tokensAtOnce(RowRun run, Ir tokens) {
        int best = kernels.panelTokens(run.linear().inputs().getFirst().kind(), run.columns());
        if (kernels.tiles()) {
            return Ir.i64(best);
        }
        Ir nearest = f.udiv(f.add(tokens, Ir.i64(best / 2)), Ir.i64(best));
        Ir least = f.udiv(f.add(tokens, Ir.i64(Kernels.MAX_PANEL_TOKENS - 1L)), Ir.i64(Kernels.MAX_PANEL_TOKENS));
        Ir times = f.umax(Ir.i64(1), f.umax(nearest, least));
        Ir group = Ir.i64(kernels.tokenGroup());
        Ir most = f.udiv(f.add(tokens, f.sub(times, Ir.i64(1))), times);
        return f.mul(f.udiv(f.add(most, f.sub(group, Ir.i64(1))), group), group);
    }

    /** What a core does of a product with quantised weights in a phase, which may be cut by tokens. */
    private Area ownOfProduct(Task linear, List<Task> phase) {
        return sharesTokens(phase) ? view.ownOfProduct(linear, kernels.tokenGroup()) : view.own(linear);
    }

    /** As many tiles of rows at a time as share activations; those that are left one by one. */
    private void panels(RowRun run, Area area) {
        int most = kernels.rowTiles();
        Ir whole = f.add(area.vector(), f.and(f.sub(area.endVector(), area.vector()), Ir.i64(-most)));
        panels(run, new Area(area.token(), area.endToken(), area.vector(), whole), most);
        if (most > 1) {
            panels(run, new Area(area.token(), area.endToken(), whole, area.endVector()), 1);
        }
    }

    private void panels(RowRun run, Area all, int tiles) {
        List<Slot> passed = run.passed(tasks);
        f.loop(all.vector(), all.endVector(), tiles, tile -> {
            Area area = new Area(all.token(), all.endToken(), tile, f.add(tile, Ir.i64(tiles)), passed);
            for (Task task : run.tasks()) {
                if (task.op() instanceof Op.Linear linear) {
                    panelLinear(task, linear.matrix(), area, tiles);
                } else {
                    emit(task, area);
                }
            }
        });
    }

    private void panelLinear(Task task, Weight matrix, Area area, int tiles) {
        Slot x = task.inputs().getFirst();
        Rows y = view.rows(task.output(), area, Ir.i64(0));
        f.callLocal(
                kernels.panelLinear(matrix.type(), x.kind(), matrix.columns(), tiles),
                tile(matrix, area.vector()),
                view.panel(x, area.token()),
                f.sub(area.endToken(), area.token()),
                y.first(),
                y.stride(),
                view.scratch(),
                view.lane(area.token()));
    }

    private void tilePanels(RowRun run, Area all) {
        List<Slot> passed = run.passed(tasks);
        f.loop(all.vector(), all.endVector(), Kernels.ROW_TILES, tile -> {
            Ir next = f.add(tile, Ir.i64(Kernels.ROW_TILES));
            Ir both = f.icmp("ule", next, all.endVector());
            Area area = new Area(all.token(), all.endToken(), tile, f.select(both, next, all.endVector()), passed);
            for (Task task : run.tasks()) {
                if (task.op() instanceof Op.Linear linear) {
                    tileLinear(task, linear.matrix(), area, both);
                } else {
                    emit(task, area);
                }
            }
        });
    }

    private void tileLinear(Task task, Weight matrix, Area area, Ir both) {
        Slot x = task.inputs().getFirst();
        Rows y = view.rows(task.output(), area, Ir.i64(0));
        Ir tileBytes = Ir.i64(Packer.tileBytes(matrix.type(), matrix.columns()));
        f.callLocal(
                kernels.tileLinear(matrix.type(), x.kind(), matrix.columns()),
                tile(matrix, area.vector()),
                view.quants(x, area.token(), Ir.i64(0)),
                f.sub(area.endToken(), area.token()),
                y.first(),
                y.stride(),
                view.scratch(),
                f.select(both, tileBytes, Ir.i64(0)));
    }

    private Ir tile(Weight matrix, Ir tile) {
        return f.offset(view.weight(matrix), f.mul(tile, Ir.i64(Packer.tileBytes(matrix.type(), matrix.columns()))));
    }

    private Ir outputs(Slot slot, Ir tile, Ir token) {
        return view.vector(view.row(slot, token), tile);
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
                view.count(task),
                1,
                token -> view.eachPart(
                        task.output().parts(),
                        slot -> partLinear(
                                task,
                                linear.matrices(),
                                view.expert(choice, token, slot),
                                token,
                                linear.perExpertInput() ? slot : Ir.i64(0),
                                slot)));
    }

    private void headLinear(Task task, Op.HeadLinear linear) {
        f.loop(
                Ir.i64(0),
                view.count(task),
                1,
                token -> view.eachPart(
                        linear.heads(), head -> partLinear(task, linear.matrices(), head, token, head, head)));
    }

    /** The product of one part of a token's row with one matrix of a stack. */
    private void partLinear(Task task, Weight stack, Ir number, Ir token, Ir inputPart, Ir outputPart) {
        Slot x = task.inputs().getFirst();
        long tileBytes = Packer.tileBytes(stack.type(), stack.columns());
        Ir matrix = f.offset(view.weight(stack), f.mul(number, Ir.i64(WeightPlan.matrixBytes(stack))));
        Ir output = view.part(task.output(), view.row(task.output(), token), outputPart);
        view.eachVector(task.output(), vector -> {
            Ir tile = f.offset(matrix, f.mul(vector, Ir.i64(tileBytes)));
            Ir y = view.vector(output, vector);
            if (x.kind().quantized()) {
                f.callLocal(
                        kernels.quantLinear(stack.type(), x.kind(), stack.columns(), view.panelTokens(), 1),
                        tile,
                        view.quants(x, token, inputPart),
                        view.fields(x, token, inputPart),
                        y,
                        Ir.i64(0));
            } else {
                f.callLocal(
                        kernels.floatLinear(stack.type(), stack.columns(), 1),
                        tile,
                        view.part(x, view.row(x, token), inputPart),
                        y,
                        Ir.i64(0));
            }
        });
    }
}
