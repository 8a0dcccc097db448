package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvType;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;

/** Loads and stores elements of the KV cache, scalar or vector, as floats. */
record KvElement(KvType type, HalfFloat half) {
    Ir load(IrFunction f, int lanes, Ir address) {
        return switch (type) {
            case F16 -> half.toFloat(f, f.load(Type.I16.times(lanes), address));
            case F32 -> f.load(Type.FLOAT.times(lanes), address);
        };
    }

    void store(IrFunction f, Ir value, Ir address) {
        switch (type) {
            case F16 -> f.store(half.fromFloat(f, value), address);
            case F32 -> f.store(value, address);
        }
    }
}
