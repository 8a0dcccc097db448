package dev.lockstep.host.kernel;

import dev.lockstep.host.cpu.Architecture;
import dev.lockstep.host.cpu.CpuFeature;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;

/**
 * IEEE binary16 to binary32 and back, rounding to nearest even. With F16C or NEON it is one instruction; without, integer
 * arithmetic gives the same bits, so that no conversion routine of a compiler's run-time library is needed.
 */
record HalfFloat(boolean inHardware) {
    static HalfFloat of(Target target) {
        return new HalfFloat(target.has(CpuFeature.F16C) || target.architecture() == Architecture.AARCH64);
    }

    /** i16 vector (or scalar) of half bits to floats. */
    Ir toFloat(IrFunction f, Ir half) {
        Type floats = half.type().as(Type.FLOAT);
        if (inHardware) {
            return f.convert("fpext", f.bitcast(half, half.type().as(Type.HALF)), floats);
        }
        Ir bits = f.zext(half, Type.I32);
        Type ints = bits.type();
        Ir magnitude = f.and(bits, Ir.constant(ints, 0x7FFF));
        // Exponent and mantissa in place, the exponent too small by 127 - 15: multiplying also makes subnormals right.
        Ir scaled = f.fmul(f.bitcast(f.shl(magnitude, 13), floats), Ir.constant(floats, 0x1p112f));
        Ir special = f.icmp("uge", magnitude, Ir.constant(ints, 0x7C00));
        Ir infinite = f.or(f.bitcast(scaled, ints), Ir.constant(ints, 0x7F800000));
        Ir positive = f.select(special, infinite, f.bitcast(scaled, ints));
        Ir sign = f.shl(f.and(bits, Ir.constant(ints, 0x8000)), 16);
        return f.bitcast(f.or(positive, sign), floats);
    }

    /** Floats to half bits in i16. */
    Ir fromFloat(IrFunction f, Ir value) {
        Type shorts = value.type().as(Type.I16);
        if (inHardware) {
            return f.bitcast(f.convert("fptrunc", value, value.type().as(Type.HALF)), shorts);
        }
        Type ints = value.type().as(Type.I32);
        Type floats = value.type();
        Ir bits = f.bitcast(value, ints);
        Ir magnitude = f.and(bits, Ir.constant(ints, 0x7FFFFFFF));
        Ir sign = f.and(f.lshr(bits, 16), Ir.constant(ints, 0x8000));
        // Normal result: round the 13 bits that go, ties to even, and move the exponent.
        Ir odd = f.and(f.lshr(magnitude, 13), Ir.constant(ints, 1));
        Ir rounded = f.lshr(f.add(f.add(magnitude, Ir.constant(ints, 0xFFF - ((127 - 15) << 23))), odd), 13);
        // Subnormal result: adding 0.5 lets the float adder round at the place of half's last bit, 2^-24.
        Ir shifted = f.fadd(f.bitcast(magnitude, floats), Ir.constant(floats, 0.5f));
        Ir subnormal = f.sub(f.bitcast(shifted, ints), Ir.constant(ints, Float.floatToRawIntBits(0.5f)));
        Ir small = f.icmp("ult", magnitude, Ir.constant(ints, Float.floatToRawIntBits(0x1p-14f)));
        Ir large = f.icmp("uge", magnitude, Ir.constant(ints, Float.floatToRawIntBits(65520f)));
        Ir nan = f.icmp("ugt", magnitude, Ir.constant(ints, 0x7F800000));
        Ir result = f.select(small, subnormal, rounded);
        result = f.select(large, Ir.constant(ints, 0x7C00), result);
        result = f.select(nan, Ir.constant(ints, 0x7E00), result);
        return f.convert("trunc", f.or(result, sign), shorts);
    }
}
