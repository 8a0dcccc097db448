package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.QuantPanel.Field;
import dev.lockstep.host.layout.QuantLayout;
import java.util.List;

/** Copies a token from one panel to another: {@code void (ptr fromQuants, ptr fromFields, ptr toQuants, ptr toFields)}. */
final class CopyQuantized {
    private CopyQuantized() {}

    static String emit(IrModule module, QuantPanel panel) {
        return module.function(
                "copy_quantized_" + panel.planes() + "_" + panel.width(),
                List.of(Type.PTR, Type.PTR, Type.PTR, Type.PTR),
                f -> emit(f, panel));
    }

    private static void emit(IrFunction f, QuantPanel panel) {
        for (int plane = 0; plane < panel.planes(); plane++) {
            long start = (long) plane * panel.planeBytes();
            f.loop(Ir.i64(0), Ir.i64(panel.width() / QuantLayout.BLOCK), 1, block -> {
                Ir quants = f.add(Ir.i64(start), f.mul(block, Ir.i64(panel.blockBytes())));
                copy(f, Type.I8.times(QuantLayout.BLOCK), 0, quants);
                Ir fields = f.add(Ir.i64(start), f.mul(block, Ir.i64(panel.fieldsBytes())));
                for (Field field : Field.values()) {
                    copy(f, Type.I32, 1, f.add(fields, Ir.i64(panel.fieldOffset(field))));
                }
            });
        }
    }

    private static void copy(IrFunction f, Type type, int parameter, Ir offset) {
        f.store(f.load(type, f.offset(f.parameter(parameter), offset)), f.offset(f.parameter(parameter + 2), offset));
    }
}
