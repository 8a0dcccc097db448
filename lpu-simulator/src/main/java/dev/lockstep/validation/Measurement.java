package dev.lockstep.validation;

/**
 * A published number and ours.
 *
 * @param target its number in the list of validation targets
 * @param theirs as published, with its unit
 * @param error how far ours is away; empty where a difference says nothing
 */
record Measurement(String target, String what, String theirs, String ours, String error) {
    static Measurement of(String target, String what, double theirs, double ours, String unit) {
        double error = 100 * (ours - theirs) / theirs;
        return new Measurement(
                target,
                what,
                number(theirs) + " " + unit,
                number(ours) + " " + unit,
                String.format(java.util.Locale.ROOT, "%+.1f %%", error));
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? Long.toString(Math.round(value))
                : String.format(java.util.Locale.ROOT, Math.abs(value) < 10 ? "%.2f" : "%.1f", value);
    }

    String row() {
        return "| " + String.join(" | ", target, what, theirs, ours, error) + " |\n";
    }
}
