package dev.lockstep.text.template;

import java.util.stream.LongStream;

/** Bounds of a slice, clamped to a length as Python clamps them. */
record Slice(long start, long stop, long step) {

    static Slice of(Value start, Value stop, Value step, int length) {
        long stride = step instanceof Value.None ? 1 : Numbers.integer(step);
        if (stride == 0) {
            throw new Fault("the step of a slice cannot be zero");
        }
        boolean forward = stride > 0;
        long lowest = forward ? 0 : -1;
        long highest = forward ? length : length - 1L;
        return new Slice(
                bound(start, forward ? lowest : highest, lowest, highest, length),
                bound(stop, forward ? highest : lowest, lowest, highest, length),
                Math.clamp(stride, -1L - length, 1L + length));
    }

    private static long bound(Value bound, long otherwise, long lowest, long highest, int length) {
        if (bound instanceof Value.None) {
            return otherwise;
        }
        long index = Numbers.integer(bound);
        return Math.clamp(index < 0 ? index + length : index, lowest, highest);
    }

    LongStream indices() {
        return LongStream.iterate(start, i -> step > 0 ? i < stop : i > stop, i -> i + step);
    }
}
