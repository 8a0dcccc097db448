package dev.lockstep.lpu.machine;

/**
 * One number of a machine.
 *
 * @param source key of the description's table of sources; empty if the number is assumed
 * @param note why, or how it was derived; may be empty for a published number
 */
public record Parameter(Quantity quantity, double value, Status status, String source, String note) {
    /** The number as people write it, with its unit. */
    public String text() {
        String number = quantity.isWhole() ? Long.toString(Math.round(value)) : Double.toString(value);
        return quantity.unit().isEmpty() ? number : number + " " + quantity.unit();
    }
}
