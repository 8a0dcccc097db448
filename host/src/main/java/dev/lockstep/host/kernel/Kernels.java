package dev.lockstep.host.kernel;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import dev.lockstep.graph.Routing;
import dev.lockstep.graph.RowKind;
import dev.lockstep.graph.Weight;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.FloatLayout;
import dev.lockstep.host.layout.QuantLayout;
import dev.lockstep.tensor.TensorType;
import java.util.List;

/** Kernels by what they do: each method instantiates one in the module, if it is not there yet, and returns its name. */
public record Kernels(IrModule module, Simd simd) {
    /** Bytes that {@link #panelLinear} and {@link #tileLinear} need for each core. */
    public static final int SCRATCH_BYTES = Math.max(PanelLinear.SCRATCH_BYTES, TileLinear.SCRATCH_BYTES);

    /** Bytes of the results of {@link #panelLinear} or {@link #tileLinear} for a token, if those of the next one follow. */
    public static final int RESULT_STRIDE =
            Math.max(PanelLinear.MAX_TILES, TileLinear.ROW_TILES) * QuantLayout.ROWS * Float.BYTES;

    /** The same for all tokens of a call. */
    public static final int RESULT_BYTES = PanelLinear.MAX_TOKENS * RESULT_STRIDE;

    /** Bytes of anything that {@link #peak} needs. */
    public static final int PEAK_BYTES = PeakKernel.MEMORY_BYTES;

    /** With fewer tokens than a panel has, tiles take longer than vectors, which run at half their rate beside them. */
    public static final int LEAST_TILED = QuantPanel.TOKENS;

    /** Most tokens of {@link #panelLinear}. */
    public static final int MAX_PANEL_TOKENS = PanelLinear.MAX_TOKENS;

    /** Tiles of 16 rows that {@link #tileLinear} takes at once. */
    public static final int ROW_TILES = TileLinear.ROW_TILES;

    /** {@code void (ptr tile, ptr x, ptr y, i64 yStride)}: 16 rows of a matrix of floats times rows of {@code tokens} tokens. */
    public String floatLinear(TensorType type, int columns, int tokens) {
        return FloatLinear.emit(module, simd, FloatLayout.of(type).orElseThrow(), columns, tokens);
    }

    /**
     * {@code void (ptr tile, ptr quants, ptr fields, ptr y, i64 yStride)}: 16 rows of a quantised matrix times {@code tokens} tokens, at most {@link
     * #quantTokens}, of a panel of {@code panelTokens}.
     */
    public String quantLinear(TensorType type, RowKind kind, int columns, int panelTokens, int tokens) {
        return QuantLinear.emit(module, simd, QuantLayout.of(type).orElseThrow(), kind, columns, panelTokens, tokens);
    }

    /** Most tokens of {@link #quantLinear}, a power of two. */
    public int quantTokens(RowKind kind) {
        return simd.quantTokens(QuantPanel.of(kind, QuantLayout.BLOCK, 1).planes());
    }

    /** Up to so many tokens of a step {@link #quantLinear} is faster than {@link #panelLinear}; 0 if it never is. */
    public int straightTokens(TensorType type) {
        return simd.straightTokens(QuantLayout.of(type).orElseThrow());
    }

    /**
     * {@code void (ptr tile, ptr panels, i64 tokens, ptr y, i64 yStride, ptr scratch, i64 lane)}: so many tiles of 16 rows of a quantised matrix times up to
     * {@link #MAX_PANEL_TOKENS} tokens, of which the first has that place in its panel, a multiple of {@link #tokenGroup}.
     *
     * @param tiles 1 or {@link #rowTiles}
     */
    public String panelLinear(TensorType type, RowKind kind, int columns, int tiles) {
        return PanelLinear.emit(module, simd, QuantLayout.of(type).orElseThrow(), kind, columns, tiles);
    }

    /**
     * {@code void (ptr tile, ptr panels, i64 tokens, ptr y, i64 yStride, ptr scratch, i64 second)}: the same where there are {@link #tiles}, for
     * {@link #LEAST_TILED} tokens or more, and for another 16 rows, {@code second} bytes after the first ones, if that is not 0.
     */
    public String tileLinear(TensorType type, RowKind kind, int columns) {
        return TileLinear.emit(module, simd, QuantLayout.of(type).orElseThrow(), kind, columns);
    }

    /** About so many tokens of {@link #panelLinear}, and at most so many of {@link #tileLinear}, are best taken at once. */
    public int panelTokens(RowKind kind, int columns) {
        return PanelLinear.tokens(simd, kind, columns);
    }

    /**
     * So many tokens for each core, and each does better to take its own with all rows of a matrix: it shares nothing with others then but weights and attention. All weights are
     * unpacked by each core, which is the time of 3 tokens, and many more where there are {@link #tiles}; there nothing is unpacked more often with as many as a call takes.
     */
    public int ownTokens() {
        return tiles() ? PanelLinear.MAX_TOKENS : 64;
    }

    /** Tiles of 16 rows that {@link #panelLinear} takes at once; a power of two. */
    public int rowTiles() {
        return simd.rowTiles();
    }

    /** Whether there is {@link #embed} for a table. */
    public static boolean embeds(Weight table) {
        return EmbedKernel.readable(table);
    }

    /** {@code void (ptr row, ptr y)}: expands a row of a table as it lies in the model's file. */
    public String embed(Weight table) {
        return EmbedKernel.emit(module, simd, table);
    }

    /** {@code void (ptr x, ptr gain, ptr y)}. */
    public String rmsNorm(int width, float epsilon) {
        return NormKernel.rootMeanSquare(module, width, epsilon);
    }

    /** {@code void (ptr x, ptr gain, ptr y)}. */
    public String layerNorm(int width, float epsilon) {
        return NormKernel.layer(module, width, epsilon);
    }

    /** {@code void (ptr x, ptr quants, ptr fields)}: rounds a row to a token's place in a panel of so many. */
    public String quantize(RowKind kind, int width, int panelTokens) {
        return QuantizeKernel.emit(module, simd, kind, width, panelTokens);
    }

    /** {@code void (ptr x, ptr quants, ptr fields)}: rounds rows, {@code stride} bytes from one to the next, to all tokens of a panel of {@link QuantPanel#TOKENS}. */
    public String quantizePanel(RowKind kind, int width, int stride) {
        return QuantizeKernel.emitPanel(module, simd, kind, width, stride);
    }

    /** y = a + b, with the parameters of {@link Elementwise}. */
    public String add() {
        return Elementwise.add(module);
    }

    /** The same of one operand. */
    public String scale(float factor) {
        return Elementwise.scale(module, factor);
    }

    /** The same of one operand. */
    public String softCap(float cap) {
        return Elementwise.softCap(module, cap);
    }

    /** The same of a gate and what goes through it. */
    public String gated(Activation activation) {
        return Elementwise.gated(module, activation);
    }

    /** The same of one operand. */
    public String activate(Activation activation) {
        return Elementwise.activate(module, activation);
    }

    /** The same of a row and a gate, which is one float for each row. */
    public String rowGate() {
        return Elementwise.rowGate(module);
    }

    /** {@code void (ptr scores, ptr choice, ptr bias)}; the bias is not read where the routing has none. */
    public String route(int experts, Routing routing) {
        return RouteKernel.emit(module, experts, routing);
    }

    /** The same of rows of the chosen experts and the choice. */
    public String expertSum(int width, int used) {
        return ExpertSumKernel.emit(module, width, used);
    }

    /** {@code void (ptr q, ptr k, ptr v, ptr angles, ptr keys, ptr values, i64 slot)}. */
    public String append(Op.Attention attention, KvType type) {
        return AppendKernel.emit(module, simd, KvShape.of(attention, type), attention.rope(), attention.scale());
    }

    /** Floats of a position that {@link #append} reads: cosines, sines, and the growth of queries where they grow. */
    public static int angleFloats(Rope rope) {
        return rope.width() + (rope.growth().isPresent() ? 1 : 0);
    }

    /** {@code void (ptr q, ptr accumulator, ptr blocks, i64 keys, i64 values, i64 first, i64 end)}: one token, positions of one span. */
    public String attendSpan(Op.Attention attention, KvType type) {
        return AttendKernel.emitSpan(module, simd, AttendShape.of(attention, type));
    }

    /** The first position that the token at {@code position} attends to. */
    public Ir firstSeen(IrFunction f, Op.Attention attention, Ir position) {
        return KvBlock.firstSeen(f, attention.scoring(), position);
    }

    /** The address of a position's KV block, of those that the table lists. */
    public Ir kvBlock(IrFunction f, Ir table, Ir position) {
        return KvBlock.address(f, table, KvBlock.start(f, position));
    }

    /** {@code void (ptr accumulators, i64 stride, i64 spans, ptr y, ptr sinks)}: what spans give together. */
    public String mergeSpans(Op.Attention attention, KvType type) {
        return AttendKernel.emitMerge(module, AttendShape.of(attention, type));
    }

    /** {@code void (ptr q, ptr y, ptr blocks, i64 keys, i64 values, i64 end, ptr sinks)}: one token, all that it sees. */
    public String attendToken(Op.Attention attention, KvType type) {
        return AttendKernel.emitToken(module, simd, AttendShape.of(attention, type));
    }

    /**
     * {@code void (ptr q, i64 qStride, ptr y, i64 yStride, ptr blocks, i64 keys, i64 values, i64 position, i64 tokens, ptr sinks)}: several tokens of one
     * sequence and block.
     */
    public String attendTile(Op.Attention attention, KvType type) {
        return AttendTileKernel.emit(module, simd, AttendShape.of(attention, type));
    }

    /** Most tokens of {@link #attendTile}. */
    public static int attendTileTokens(Op.Attention attention) {
        return AttendTileKernel.mostTokens(KvShape.of(attention, KvType.F32));
    }

    /** Bytes of the stack that attention takes, of one token or of several. */
    public static long attentionStack(Op.Attention attention) {
        KvShape shape = KvShape.of(attention, KvType.F32);
        return Math.max(AttendKernel.stackBytes(shape), AttendTileKernel.stackBytes(shape));
    }

    /** Whether there is {@link #pack} for a layout. */
    public static boolean packs(QuantLayout layout) {
        return FileBlock.readable(layout);
    }

    /**
     * Defines {@code void name(ptr source, i64 rowBytes, i64 units, i64 tiles, ptr target, ptr special)}, for others to call: packs tiles of 16 whole
     * rows, and makes the i64 at {@code special} odd if a scale or minimum may not be finite.
     */
    public void pack(QuantLayout layout, String name) {
        PackKernel.emit(module, layout, name);
    }

    /** {@code void (ptr from, ptr to)}: copies a row. */
    public String copy(int bytes) {
        return module.function("copy_" + bytes, List.of(Type.PTR, Type.PTR), f -> {
            Type line = Type.I32.times(16);
            f.loop(
                    Ir.i64(0),
                    Ir.i64(bytes),
                    line.bytes(),
                    i -> f.store(f.load(line, f.offset(f.parameter(0), i)), f.offset(f.parameter(1), i)));
        });
    }

    /** {@code void (ptr from, ptr to)}: copies some floats, whatever lies beside them. */
    public String copyFloats(int count) {
        return module.function("copy_floats_" + count, List.of(Type.PTR, Type.PTR), f -> {
            Type floats = Type.FLOAT.times(count % FloatRow.LANES == 0 ? FloatRow.LANES : 0);
            f.loop(
                    Ir.i64(0),
                    Ir.i64(4L * count),
                    floats.bytes(),
                    i -> f.store(f.load(floats, f.offset(f.parameter(0), i)), f.offset(f.parameter(1), i)));
        });
    }

    /** {@code void (ptr to)}: writes some zeros, whatever lies beside them. */
    public String zeros(int count) {
        return module.function("zeros_" + count, List.of(Type.PTR), f -> {
            Ir zero = Ir.zero(Type.FLOAT.times(count % FloatRow.LANES == 0 ? FloatRow.LANES : 0));
            f.loop(Ir.i64(0), Ir.i64(4L * count), zero.type().bytes(), i -> f.store(zero, f.offset(f.parameter(0), i)));
        });
    }

    /** {@code void (ptr fromQuants, ptr fromFields, ptr toQuants, ptr toFields)}: copies a token of a panel of {@link QuantPanel#TOKENS}. */
    public String copyQuantized(RowKind kind, int width) {
        return CopyQuantized.emit(module, QuantPanel.of(kind, width, QuantPanel.TOKENS));
    }

    /** Whether there is {@link #tileLinear}. A step with it has to begin with {@link #openTiles} and to end with {@link #closeTiles}. */
    public boolean tiles() {
        return simd.tiles();
    }

    /** Whether so many tokens are enough for tiles. */
    public Ir tiled(IrFunction f, Ir tokens) {
        return f.icmp("uge", tokens, Ir.i64(LEAST_TILED));
    }

    /** Makes the core's tile registers ready. */
    public void openTiles(IrFunction f) {
        TileShape.configure(f);
    }

    /** Gives the core's tile registers up, so that the system need not keep them when it runs others. */
    public void closeTiles(IrFunction f) {
        f.callVoid("llvm.x86.tilerelease");
    }

    /** {@code void (i64 rounds, ptr memory)}: integer products of several tokens and nothing else; see {@link PeakKernel}. */
    public String peak(TensorType type) {
        return PeakKernel.emit(module, simd, QuantLayout.of(type).orElseThrow());
    }

    /** Multiply-adds of a round of {@link #peak}. */
    public long peakProducts(TensorType type) {
        return PeakKernel.products(simd, QuantLayout.of(type).orElseThrow());
    }

    /** {@code void (ptr bounds, ptr paces, i64 cores)}: cuts tokens over the cores as fast as they were, see {@link TokenShares}. */
    public String shareTokens() {
        return TokenShares.emit(module);
    }

    /** Shares of tokens in {@link #panelLinear} and {@link #tileLinear} begin at multiples of so many. */
    public int tokenGroup() {
        return simd.tokenGroup();
    }

    /** {@code void (ptr arrivals, i64 core, ptr sleepers, i64 cores, ptr patience)}. */
    public String barrier() {
        return Synchronization.barrier(module, simd);
    }
}
