package dev.lockstep.host.program;

import dev.lockstep.graph.Op;
import dev.lockstep.graph.Weight;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.Kernels;
import java.util.function.Function;

/** Writes operations on single elements of rows, and copies of them. */
final class ElementEmitter {
    private final HostProgram program;
    private final Kernels kernels;
    private final CoreView view;
    private final IrFunction f;

    ElementEmitter(HostProgram program, Kernels kernels, CoreView view, IrFunction f) {
        this.program = program;
        this.kernels = kernels;
        this.view = view;
        this.f = f;
    }

    /** @param second where the second operand is, for a part */
    void elementwise(Task task, Area area, String kernel, Function<Ir, Rows> second) {
        view.eachPart(
                task.output().parts(),
                part -> elementwise(
                        kernel,
                        view.rows(task.inputs().getFirst(), area, part),
                        second.apply(part),
                        view.rows(task.output(), area, part),
                        f.sub(area.endToken(), area.token()),
                        f.sub(area.endVector(), area.vector())));
    }

    private void elementwise(String kernel, Rows a, Rows b, Rows y, Ir tokens, Ir vectors) {
        f.callLocal(kernel, a.first(), a.stride(), b.first(), b.stride(), y.first(), y.stride(), tokens, vectors);
    }

    /** Adds to each part the vector of the expert that was chosen for it. */
    void expertBias(Task task, Op.ExpertBias bias) {
        Slot x = task.inputs().getFirst();
        Slot output = task.output();
        f.loop(
                Ir.i64(0),
                view.count(task),
                1,
                token -> view.eachPart(output.parts(), slot -> {
                    Area own = new Area(token, token, view.firstVector(output), view.endVector(output));
                    Ir expert = view.expert(task.inputs().get(1), token, slot);
                    Ir bytes = f.mul(expert, Ir.i64(4L * bias.vectors().columns()));
                    elementwise(
                            kernels.add(),
                            view.rows(x, own, slot),
                            view.vectors(bias.vectors(), bytes, own),
                            view.rows(output, own, slot),
                            Ir.i64(1),
                            f.sub(own.endVector(), own.vector()));
                }));
    }

    /** Puts the heads of a token together from pieces of several rows. */
    void weave(Task task, Op.Weave weave, Ir token) {
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
        Ir place = view.part(slot, view.row(slot, token), f.udiv(index, width));
        return f.word(place, f.urem(index, width));
    }

    /** Expands the embedding row of a token. */
    void embed(Task task, Op.Embedding lookup, Ir token) {
        Ir rows = f.load(Type.PTR, view.context(), StepContext.EMBEDDINGS);
        Weight table = lookup.table();
        Ir row = f.offset(rows, f.mul(token, Ir.i64(table.type().bytes(table.columns()))));
        f.callLocal(kernels.embed(table), row, view.row(task.output(), token));
    }

    /** Puts the rows of the tokens that go on side by side. */
    void gather(Task task, Area area) {
        Slot from = task.inputs().getFirst();
        view.eachToken(area, index -> {
            Ir place = f.add(Ir.i64(StepContext.wantedIndices(program.capacity())), f.shl(index, 3));
            Ir token = f.load(Type.I64, f.offset(view.context(), place));
            if (from.kind().quantized()) {
                view.eachPart(
                        from.parts(),
                        part -> f.callLocal(
                                kernels.copyQuantized(from.kind(), from.partWidth()),
                                view.quants(from, token, part),
                                view.fields(from, token, part),
                                view.quants(task.output(), index, part),
                                view.fields(task.output(), index, part)));
            } else {
                f.callLocal(kernels.copy(from.rowBytes()), view.row(from, token), view.row(task.output(), index));
            }
        });
    }
}
