package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;

/**
 * What AMX's eight tile registers hold: four the products of 16 tokens and 16 rows, two each the 32 columns of a block of 16 tokens, and of
 * 16 rows, of which a register's row has four columns of all.
 */
final class TileShape {
    /** Registers of products: numbers 0 to 3. */
    static final int PRODUCTS = 4;

    static final int PRODUCT_BYTES = QuantPanel.TOKENS * QuantLayout.ROWS * Integer.BYTES;

    private static final int OPERANDS = 2;

    static final int REGISTERS = PRODUCTS + 2 * OPERANDS;

    private static final int CONFIGURATION_BYTES = 64;
    private static final int PALETTE = 1;

    private TileShape() {}

    /** A register as tile instructions name it. */
    static Ir register(int number) {
        return Ir.constant(Type.I8, number);
    }

    /** The register for activations of a panel. */
    static int activations(int panel) {
        return PRODUCTS + panel;
    }

    /** The register for weights of a tile of rows. */
    static int weights(int tile) {
        return PRODUCTS + OPERANDS + tile;
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
        for (int i = 0; i < OPERANDS; i++) {
            shape(f, memory, activations(i), QuantPanel.TOKENS, QuantLayout.BLOCK);
            shape(f, memory, weights(i), QuantLayout.GROUPS, QuantLayout.GROUP_BYTES);
        }
        f.callVoid("llvm.x86.ldtilecfg", memory);
    }

    private static void shape(IrFunction f, Ir memory, int register, int rows, int rowBytes) {
        f.store(Ir.constant(Type.I16, rowBytes), f.offset(memory, 16 + 2L * register));
        f.store(Ir.constant(Type.I8, rows), f.offset(memory, 48L + register));
    }
}
