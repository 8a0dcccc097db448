package dev.lockstep.tensor;

import java.util.Optional;

/**
 * A place where a tensor holds an infinity or NaN, which would silently spoil everything computed from it.
 *
 * @param tensor name of the tensor
 * @param row counted over all matrices of the stack
 * @param column first element of the block; the element itself in types without blocks
 */
public record NonFinite(String tensor, long row, long column) {
    private static final long NONE = -1;
    private static final int CHUNK = 1024;

    /** NaNs have greater bits, finite numbers smaller ones. */
    private static final int INFINITY_BITS = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

    /**
     * The first such place. Looks only at scales and minima where a type has them: integers cannot be infinite.
     *
     * @throws IllegalArgumentException if the type is not computable
     */
    public static Optional<NonFinite> firstIn(Tensor tensor) {
        long block = tensor.type().quantized() ? firstBadBlock(tensor) : firstBadElement(tensor);
        if (block == NONE) {
            return Optional.empty();
        }
        long element = block * tensor.type().blockElements();
        return Optional.of(new NonFinite(tensor.name(), element / tensor.columns(), element % tensor.columns()));
    }

    private static long firstBadBlock(Tensor tensor) {
        BlockCodec.Finite finite = tensor.type().codec().finite();
        int bytes = tensor.type().blockBytes();
        long blocks = tensor.data().byteSize() / bytes;
        for (long block = 0; block < blocks; block++) {
            if (!finite.block(tensor.data(), block * bytes)) {
                return block;
            }
        }
        return NONE;
    }

    /** In chunks, each judged by its largest magnitude, because that runs at the speed of memory. */
    private static long firstBadElement(Tensor tensor) {
        float[] values = new float[CHUNK];
        for (long start = 0; start < tensor.elements(); start += CHUNK) {
            int count = (int) Math.min(CHUNK, tensor.elements() - start);
            Dequantizer.dequantize(tensor.type(), tensor.data(), tensor.type().bytes(start), values, 0, count);
            int largest = 0;
            for (int i = 0; i < count; i++) {
                largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE);
            }
            if (largest >= INFINITY_BITS) {
                int i = 0;
                while (Float.isFinite(values[i])) {
                    i++;
                }
                return start + i;
            }
        }
        return NONE;
    }

    /** One sentence for the user. */
    public String message() {
        return "tensor " + tensor + " holds an infinity or NaN in row " + row + ", column " + column
                + "; the file is damaged or was converted badly, download or convert it again";
    }
}
