package dev.lockstep.host;

import dev.lockstep.formats.FormatException;
import dev.lockstep.tensor.NonFinite;
import dev.lockstep.tensor.Tensor;

/** Checks tensors before native code, which trusts every shape, gets to see them. */
final class WeightCheck {
    private WeightCheck() {}

    /**
     * @throws FormatException if the tensor holds NaN or infinity
     */
    static void finite(Tensor tensor) {
        NonFinite.firstIn(tensor).ifPresent(place -> {
            throw new FormatException(place.message());
        });
    }
}
