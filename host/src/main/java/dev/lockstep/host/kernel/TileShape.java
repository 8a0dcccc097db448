package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;

/**
 * What AMX's eight tile registers hold: four the products of up to 16 tokens and 16 rows, and one each the operands of a whole block of 32 columns
 * and of half a block.
 *
 * @param activations register of the tokens' columns
 * @param weights register of 16 rows' columns, four in each of its rows
 */
record TileShape(int activations, int weights, int columns) {
    /** Registers of products: numbers 0 to 3. */
    static final int PRODUCTS = 4;

    static final int PRODUCT_BYTES = QuantPanel.TOKENS * QuantLayout.ROWS * Integer.BYTES;

    private static final TileShape WHOLE = new TileShape(4, 5, QuantLayout.BLOCK);
    private static final TileShape HALF = new TileShape(6, 7, QuantLayout.BLOCK / 2);

    private static final int CONFIGURATION_BYTES = 64;
    private static final int PALETTE = 1;

    /** The registers for parts of blocks. */
    static TileShape of(QuantLayout layout) {
        return layout.parts() == 1 ? WHOLE : HALF;
    }

    /**
     * Gives all registers their shapes, in the layout that LDTILECFG defines: palette, at 16 bytes of a row, at 48 rows.
     */
    static void configure(IrFunction f) {
        Ir memory = f.alloca(CONFIGURATION_BYTES);
        f.store(Ir.zero(Type.I8.times(CONFIGURATION_BYTES)), memory);
        f.store(Ir.constant(Type.I8, PALETTE), memory);
        for (int product = 0; product < PRODUCTS; product++) {
            shape(f, memory, product, QuantPanel.TOKENS, QuantLayout.GROUP_BYTES);
        }
        for (TileShape shape : new TileShape[] {WHOLE, HALF}) {
            shape(f, memory, shape.activations, QuantPanel.TOKENS, shape.columns);
            shape(f, memory, shape.weights, shape.columns / 4, QuantLayout.GROUP_BYTES);
        }
        f.callVoid("llvm.x86.ldtilecfg", memory);
    }

    private static void shape(IrFunction f, Ir memory, int register, int rows, int rowBytes) {
        f.store(Ir.constant(Type.I16, rowBytes), f.offset(memory, 16 + 2L * register));
        f.store(Ir.constant(Type.I8, rows), f.offset(memory, 48L + register));
    }
}
