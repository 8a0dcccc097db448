package dev.lockstep.host.program;

import dev.lockstep.graph.Weight;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.kernel.QuantPanel;
import dev.lockstep.host.kernel.TokenShares;
import dev.lockstep.host.layout.Packer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a core sees of a phase: which share of the work is its own, and where everything lies. The places of weights and buffers are parameters that it adds to the
 * phase's function.
 */
final class CoreView {
    private static final long VECTOR_BYTES = 64;

    private final HostProgram program;
    private final WeightPlan weightPlan;
    private final int ownTokens;
    private final IrFunction f;
    private final Ir context;
    private final Ir core;
    private final Ir cores;
    private final Ir weights;
    private final Ir arena;
    private final Ir privateArena;
    private final Ir tokens;
    private final Ir wanted;
    private final Map<Object, Ir> places = new HashMap<>();
    private final List<Long> placed = new ArrayList<>();

    /**
     * Reads what is the same for the whole phase.
     *
     * @param ownTokens for each core, from which on cores share tokens, not rows
     */
    CoreView(HostProgram program, WeightPlan weightPlan, int ownTokens, IrFunction f) {
        this.program = program;
        this.weightPlan = weightPlan;
        this.ownTokens = ownTokens;
        this.f = f;
        context = f.parameter(0);
        core = f.parameter(1);
        cores = f.load(Type.I64, context, StepContext.CORES);
        weights = f.load(Type.PTR, context, StepContext.WEIGHTS);
        arena = f.load(Type.PTR, context, StepContext.ARENA);
        privateArena = f.offset(f.offset(arena, program.sharedBytes()), f.mul(core, Ir.i64(program.privateBytes())));
        tokens = tokens(program, f);
        wanted = program.capacity() == 1 ? Ir.i64(1) : f.load(Type.I64, context, StepContext.WANTED);
    }

    Ir context() {
        return context;
    }

    Ir core() {
        return core;
    }

    Ir cores() {
        return cores;
    }

    /** Where all weights begin. */
    Ir weights() {
        return weights;
    }

    /** Tokens of the step, in a function whose first parameter is its context. */
    static Ir tokens(HostProgram program, IrFunction f) {
        return program.capacity() == 1 ? Ir.i64(1) : f.load(Type.I64, f.parameter(0), StepContext.TOKENS);
    }

    /** The core's own memory for kernels. */
    Ir scratch() {
        return f.offset(privateArena, program.scratchOffset());
    }

    /** Tokens of a task. */
    Ir count(Task task) {
        return task.wanted() ? wanted : tokens;
    }

    /** What a core does of a task. */
    Area own(Task task) {
        Ir count = count(task);
        return switch (task.cut()) {
            case REPLICATED, HEADS -> area(task, Ir.i64(0), count);
            case TOKENS -> ownTokens(task);
            case ROWS -> new Area(Ir.i64(0), count, firstVector(task.output()), endVector(task.output()));
        };
    }

    private Area area(Task task, Ir token, Ir endToken) {
        return new Area(
                token, endToken, Ir.i64(0), Ir.i64(Packer.tiles(task.output().partWidth())));
    }

    void eachToken(Area area, Consumer<Ir> body) {
        f.loop(area.token(), area.endToken(), 1, body);
    }

    /** So many tokens of an area at a time; the last ones may be fewer. */
    void eachTokens(Area area, Ir tokens, Consumer<Area> body) {
        f.loop(area.token(), area.endToken(), tokens, List.of(), (token, _) -> {
            Ir end = f.umin(f.add(token, tokens), area.endToken());
            body.accept(new Area(token, end, area.vector(), area.endVector()));
            return List.of();
        });
    }

    /**
     * The tokens of the core's panels. Tokens of a panel share cache lines, and two cores that write to the same lines in turn wait for them
     * longer than one of them takes for all tokens of the panel.
     */
    private Ir firstToken(Ir count) {
        return f.mul(f.udiv(f.mul(core, panels(count)), cores), Ir.i64(QuantPanel.TOKENS));
    }

    private Ir endToken(Ir count) {
        Ir next = f.udiv(f.mul(f.add(core, Ir.i64(1)), panels(count)), cores);
        return f.umin(f.mul(next, Ir.i64(QuantPanel.TOKENS)), count);
    }

    private Ir panels(Ir count) {
        return f.udiv(f.add(count, Ir.i64(QuantPanel.TOKENS - 1)), Ir.i64(QuantPanel.TOKENS));
    }

    /** Whether there are so many tokens that each core takes some of them with all rows of a matrix. */
    Ir manyTokens(Ir count) {
        return f.icmp("uge", count, f.mul(cores, Ir.i64(ownTokens)));
    }

    /**
     * What a core does of a product: all vectors of its share of the tokens where there are {@linkplain #manyTokens many}, otherwise its vectors of all tokens.
     *
     * @param group of tokens that are not cut
     */
    Area ownOfProduct(Task task, int group) {
        Ir count = count(task);
        Ir many = manyTokens(count);
        Area tokens = area(task, shareBound(core, count, group), shareBound(f.add(core, Ir.i64(1)), count, group));
        Area vectors = own(task);
        return new Area(
                f.select(many, tokens.token(), vectors.token()),
                f.select(many, tokens.endToken(), vectors.endToken()),
                f.select(many, tokens.vector(), vectors.vector()),
                f.select(many, tokens.endVector(), vectors.endVector()));
    }

    /** Where a core's share of the tokens begins, as {@link TokenShares} says. */
    private Ir shareBound(Ir core, Ir count, int group) {
        Ir groups = f.udiv(f.add(count, Ir.i64(group - 1L)), Ir.i64(group));
        Ir part = f.mul(shareBegin(StepContext.TOKEN_BOUNDS, core), groups);
        Ir nearest = f.udiv(f.add(part, Ir.i64(TokenShares.WHOLE / 2)), Ir.i64(TokenShares.WHOLE));
        return f.umin(count, f.mul(nearest, Ir.i64(group)));
    }

    /** All that belongs to the core's own tokens. */
    Area ownTokens(Task task) {
        return area(task, firstToken(count(task)), endToken(count(task)));
    }

    /** The parts of a row. */
    void eachPart(int parts, Consumer<Ir> body) {
        if (parts == 1) {
            body.accept(Ir.i64(0));
        } else {
            f.loop(Ir.i64(0), Ir.i64(parts), 1, body);
        }
    }

    /** The core's vectors of 16 elements of a row, or of a part of it. */
    void eachVector(Slot slot, Consumer<Ir> body) {
        f.loop(firstVector(slot), endVector(slot), 1, body);
    }

    Ir firstVector(Slot slot) {
        return bound(core, slot);
    }

    Ir endVector(Slot slot) {
        return bound(f.add(core, Ir.i64(1)), slot);
    }

    /** Where a core's vectors begin: those of one token are cut as the cores were fast before, see {@link StepContext#BOUNDS}. */
    private Ir bound(Ir core, Slot slot) {
        Ir tiles = Ir.i64(Packer.tiles(slot.partWidth()));
        if (program.capacity() > 1) {
            return f.udiv(f.mul(core, tiles), cores);
        }
        return f.udiv(f.mul(shareBegin(StepContext.BOUNDS, core), tiles), Ir.i64(StepContext.WHOLE));
    }

    /** Where a core's share of a whole begins. */
    private Ir shareBegin(long bounds, Ir core) {
        return f.load(Type.I64, f.offset(f.load(Type.PTR, context, bounds), f.shl(core, 3)));
    }

    /** Where a weight lies. */
    Ir weight(Weight weight) {
        return f.offset(weights, place(weight, weightPlan.place(weight).offset()));
    }

    private Ir shared(Slot slot) {
        return f.offset(slot.isPrivate() ? privateArena : arena, place(slot, slot.offset()));
    }

    /** Bytes from some beginning to a thing, which lies elsewhere in other layers. */
    Ir place(Object thing, long offset) {
        return places.computeIfAbsent(thing, _ -> {
            placed.add(offset);
            return f.addParameter(Type.I64);
        });
    }

    /** The places of this layer, in the order of the parameters. */
    List<Long> places() {
        return Collections.unmodifiableList(placed);
    }

    /** The row of a token. */
    Ir row(Slot slot, Ir token) {
        return f.offset(shared(slot), f.mul(token, Ir.i64(slot.rowBytes())));
    }

    /** Tokens side by side in panels of quantised rows. */
    int panelTokens() {
        return QuantPanel.tokens(program.capacity());
    }

    /** The integers of a token in its panel. */
    Ir quants(Slot slot, Ir token, Ir part) {
        return f.offset(panel(slot, token, part), f.mul(lane(token), Ir.i64(QuantPanel.quantsStride())));
    }

    /** What is known of the blocks of a token in its panel. */
    Ir fields(Slot slot, Ir token, Ir part) {
        Ir fields = f.offset(
                panel(slot, token, part),
                QuantPanel.of(slot.kind(), slot.partWidth(), panelTokens()).fieldsOffset());
        return f.offset(fields, f.mul(lane(token), Ir.i64(QuantPanel.fieldsStride())));
    }

    /** The panel of a token. */
    Ir panel(Slot slot, Ir token) {
        return panel(slot, token, Ir.i64(0));
    }

    /** A token's place in its panel. */
    Ir lane(Ir token) {
        return f.urem(token, Ir.i64(panelTokens()));
    }

    private Ir panel(Slot slot, Ir token, Ir part) {
        Ir panel = f.add(f.mul(f.udiv(token, Ir.i64(panelTokens())), Ir.i64(slot.parts())), part);
        int bytes = QuantPanel.of(slot.kind(), slot.partWidth(), panelTokens()).bytes();
        return f.offset(shared(slot), f.mul(panel, Ir.i64(bytes)));
    }

    /** A part of a row. */
    Ir part(Slot slot, Ir row, Ir part) {
        return slot.parts() == 1 ? row : f.offset(row, f.mul(part, Ir.i64(slot.partBytes())));
    }

    /** Where the vectors of an area lie, in a part of the rows. */
    Rows rows(Slot slot, Area area, Ir part) {
        int passed = area.passed().indexOf(slot);
        if (passed >= 0) {
            Ir results = f.offset(scratch(), Kernels.SCRATCH_BYTES + (long) passed * Kernels.RESULT_BYTES);
            return new Rows(results, Ir.i64(Kernels.RESULT_STRIDE));
        }
        Ir row = part(slot, row(slot, area.token()), part);
        return new Rows(vector(row, area.vector()), Ir.i64(slot.rowBytes()));
    }

    /** Where the rows of an area's tokens lie. */
    Rows wholeRows(Slot slot, Area area) {
        return new Rows(row(slot, area.token()), Ir.i64(slot.rowBytes()));
    }

    /** Where the vectors of an area lie in a weight that all tokens share, {@code bytes} after its beginning. */
    Rows vectors(Weight weight, Ir bytes, Area area) {
        return new Rows(vector(f.offset(weight(weight), bytes), area.vector()), Ir.i64(0));
    }

    /** A vector of a row. */
    Ir vector(Ir row, Ir number) {
        return f.offset(row, f.mul(number, Ir.i64(VECTOR_BYTES)));
    }

    /** What the context has of a token, eight bytes each from {@code base} on. */
    Ir perToken(Type type, long base, Ir token) {
        return f.load(type, f.offset(context, f.add(Ir.i64(base), f.shl(token, 3))));
    }

    /** The expert that a token chose for a slot. */
    Ir expert(Slot choice, Ir token, Ir slot) {
        return f.load(Type.I64, f.offset(row(choice, token), f.shl(slot, 3)));
    }
}
