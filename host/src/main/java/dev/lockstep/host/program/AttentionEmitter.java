package dev.lockstep.host.program;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.Op;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.Kernels;
import java.util.List;
import java.util.function.BiConsumer;

/** Writes the parts of attention: cores share pairs of a KV head and of a token, a span of positions or a tile of tokens. */
final class AttentionEmitter {
    private final HostProgram program;
    private final KvPlan kvPlan;
    private final Kernels kernels;
    private final CoreView view;
    private final Runnable barrier;
    private final IrFunction f;

    /** @param barrier writes a barrier of all cores */
    AttentionEmitter(
            HostProgram program, KvPlan kvPlan, Kernels kernels, CoreView view, Runnable barrier, IrFunction f) {
        this.program = program;
        this.kvPlan = kvPlan;
        this.kernels = kernels;
        this.view = view;
        this.barrier = barrier;
        this.f = f;
    }

    void emit(Task task, Op.Attention attention) {
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

    /** Where cores share tokens, a core turns and appends what it has computed; and for one head after the other, whose keys' lines its tokens share. */
    private void append(Task task, Op.Attention attention) {
        if (program.capacity() == 1) {
            eachUnit(view.count(task), attention, (token, head) -> append(task, attention, token, head));
            return;
        }
        f.ifElse(
                view.manyTokens(view.count(task)),
                () -> f.loop(
                        Ir.i64(0),
                        Ir.i64(attention.kvHeads()),
                        1,
                        head -> view.eachToken(view.ownTokens(task), token -> append(task, attention, token, head))),
                () -> eachUnit(view.count(task), attention, (token, head) -> append(task, attention, token, head)));
    }

    private void append(Task task, Op.Attention attention, Ir token, Ir head) {
        Ir position = view.perToken(Type.I64, StepContext.positions(), token);
        Ir block = kernels.kvBlock(f, blockTable(token), position);
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
                f.offset(view.row(task.inputs().get(1), token), f.mul(head, Ir.i64(headBytes))),
                f.offset(view.row(task.inputs().get(2), token), f.mul(head, Ir.i64(headBytes))),
                angles(attention, position),
                f.offset(block, keys(attention, head)),
                f.offset(block, values(attention, head)),
                f.and(position, Ir.i64(KvLayout.BLOCK - 1)));
    }

    /**
     * With one span, a core attends with queries that it rotated itself, to keys of which it wrote the last one. With several it may be another,
     * and all wait for each other first.
     */
    private void attendSpans(Task task, Op.Attention attention) {
        Ir token = Ir.i64(0);
        Ir position = view.perToken(Type.I64, StepContext.positions(), token);
        Ir end = f.add(position, Ir.i64(1));
        Ir seen = kernels.firstSeen(f, attention, position);
        Ir skipped = f.udiv(seen, Ir.i64(KvLayout.SPAN));
        Ir spans = f.sub(spans(end), skipped);
        f.ifThen(f.icmp("ugt", spans, Ir.i64(1)), barrier);
        eachUnit(spans, attention, (span, head) -> {
            Ir start = f.mul(f.add(span, skipped), Ir.i64(KvLayout.SPAN));
            Ir next = f.add(start, Ir.i64(KvLayout.SPAN));
            Ir first = f.umax(seen, start);
            f.callLocal(
                    kernels.attendSpan(attention, program.kvType()),
                    heads(task.inputs().getFirst(), attention, token, head),
                    partial(attention, span, head),
                    blockTable(token),
                    keys(attention, head),
                    values(attention, head),
                    first,
                    f.umin(next, end));
        });
    }

    private void mergeSpans(Task task, Op.Attention attention) {
        Ir token = Ir.i64(0);
        Ir position = view.perToken(Type.I64, StepContext.positions(), token);
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
        eachUnit(f.load(Type.I64, view.context(), StepContext.TILES), attention, (tile, head) -> {
            Ir token = view.perToken(Type.I64, StepContext.tileTokens(program.capacity()), tile);
            Ir size = view.perToken(Type.I64, StepContext.tileSizes(program.capacity()), tile);
            Ir position = view.perToken(Type.I64, StepContext.positions(), token);
            Ir queries = heads(task.inputs().getFirst(), attention, token, head);
            Ir results = heads(task.output(), attention, token, head);
            f.ifElse(
                    f.icmp("eq", size, Ir.i64(1)),
                    () -> f.callLocal(
                            kernels.attendToken(attention, program.kvType()),
                            queries,
                            results,
                            blockTable(token),
                            keys(attention, head),
                            values(attention, head),
                            f.add(position, Ir.i64(1)),
                            sinks(attention, head)),
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
        f.loop(view.core(), f.mul(count, kvHeads), view.cores(), List.of(), (unit, _) -> {
            body.accept(f.udiv(unit, kvHeads), f.urem(unit, kvHeads));
            return List.of();
        });
    }

    private Ir spans(Ir positions) {
        return f.udiv(f.add(positions, Ir.i64(KvLayout.SPAN - 1)), Ir.i64(KvLayout.SPAN));
    }

    /** The query heads of a token that go with a KV head. */
    private Ir heads(Slot slot, Op.Attention attention, Ir token, Ir head) {
        return f.offset(view.row(slot, token), f.mul(head, Ir.i64(4L * attention.group() * attention.headSize())));
    }

    /** Where the sinks of a KV head's query heads are; somewhere if the model has none. */
    private Ir sinks(Op.Attention attention, Ir head) {
        return attention
                .scoring()
                .sinks()
                .map(sinks -> f.offset(view.weight(sinks), f.mul(head, Ir.i64(4L * attention.group()))))
                .orElse(view.weights());
    }

    private Ir partial(Op.Attention attention, Ir span, Ir head) {
        Ir index = f.add(f.mul(span, Ir.i64(attention.kvHeads())), head);
        return f.offset(
                f.load(Type.PTR, view.context(), StepContext.PARTIALS),
                f.mul(index, Ir.i64(kvPlan.partialBytes(attention))));
    }

    private Ir keys(Op.Attention attention, Ir head) {
        return f.add(layer(attention), f.mul(head, Ir.i64(kvPlan.keyBytes(attention))));
    }

    private Ir values(Op.Attention attention, Ir head) {
        Ir first = f.add(layer(attention), Ir.i64(kvPlan.valuesOfLayer(attention)));
        return f.add(first, f.mul(head, Ir.i64(kvPlan.valueBytes(attention))));
    }

    /** Where the layer begins in a block. */
    private Ir layer(Op.Attention attention) {
        return view.place(attention, kvPlan.layer(attention));
    }

    private Ir blockTable(Ir token) {
        return view.perToken(Type.PTR, StepContext.blockTables(program.capacity()), token);
    }

    private Ir angles(Op.Attention attention, Ir position) {
        long place = StepContext.angles(program.ropes().indexOf(attention.rope()));
        return f.offset(
                f.load(Type.PTR, view.context(), place),
                f.mul(position, Ir.i64(4L * Kernels.angleFloats(attention.rope()))));
    }
}
