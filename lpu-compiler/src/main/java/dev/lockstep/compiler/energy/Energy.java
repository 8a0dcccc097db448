package dev.lockstep.compiler.energy;

import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Energy of one token.
 *
 * @param byAction joules of each kind of action, over all chips
 * @param standing joules of leakage and clocks while the token passes, for all chips that are switched on
 * @param provisioned joules if every chip drew what the system provides for it: an upper end
 * @param assumedShare share of the sum that rests on assumed rows
 */
public record Energy(Map<String, Double> byAction, double standing, double provisioned, double assumedShare) {
    /** Share of the published average power that a chip draws when it does nothing; nobody has published it. */
    public static final double STANDING_SHARE = 0.35;

    /**
     * @param actions how often each was done, over all chips, for one token
     * @param chips that are switched on
     * @param seconds from one token to the next of all users together
     */
    public static Energy of(EnergyTable table, Machine machine, Map<String, Long> actions, int chips, double seconds) {
        Map<String, Double> joules = new LinkedHashMap<>();
        double assumed = 0;
        double sum = 0;
        for (Map.Entry<String, Long> entry : actions.entrySet()) {
            EnergyTable.Row row = table.row(entry.getKey());
            double energy = row.picojoules() * 1e-12 * entry.getValue();
            joules.put(entry.getKey(), energy);
            sum += energy;
            assumed += row.assumed() ? energy : 0;
        }
        double standing = STANDING_SHARE * machine.number(Quantity.POWER_TYPICAL) * chips * seconds;
        double provisioned = machine.number(Quantity.POWER_PROVISIONED) * chips * seconds;
        return new Energy(joules, standing, provisioned, (assumed + standing) / (sum + standing));
    }

    public double dynamic() {
        return byAction.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    public double total() {
        return dynamic() + standing;
    }
}
