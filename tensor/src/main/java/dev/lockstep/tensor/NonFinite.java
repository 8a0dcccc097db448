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
    /**
     * The first such place. Looks only at scales and minima where a type has them: integers cannot be infinite.
     *
     * @throws IllegalArgumentException if the type is not computable
     */
    public static Optional<NonFinite> firstIn(Tensor tensor) {
        BlockCodec.Finite finite = tensor.type().codec().finite();
        int bytes = tensor.type().blockBytes();
        long blocks = tensor.data().byteSize() / bytes;
        for (long block = 0; block < blocks; block++) {
            if (!finite.block(tensor.data(), block * bytes)) {
                long element = block * tensor.type().blockElements();
                return Optional.of(
                        new NonFinite(tensor.name(), element / tensor.columns(), element % tensor.columns()));
            }
        }
        return Optional.empty();
    }

    /** One sentence for the user. */
    public String message() {
        return "tensor " + tensor + " holds an infinity or NaN in row " + row + ", column " + column
                + "; the file is damaged or was converted badly, download or convert it again";
    }
}
