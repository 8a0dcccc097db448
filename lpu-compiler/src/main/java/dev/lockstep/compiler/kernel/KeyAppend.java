package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MemoryInstruction.Scatter;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Hemisphere;

/**
 * Stores a key where the next matrix products expect it: as row (position mod 16) of group (position / 16). The position is known
 * only when the program runs, so the key passes all sixteen pairs, each of which scatters it: one to its place, the others to a word that nobody reads. The maps are inputs.
 * Both slices of a pair stand at one position.
 */
final class KeyAppend {
    private static final int KEY_STREAM = 0;
    private static final int MAP_STREAM = 2;

    private KeyAppend() {}

    /**
     * @param key one vector of FP16
     * @param maps one for each pair, in the same hemisphere
     * @param cache first word of the key-value head's keys
     */
    static Fragment fragment(Chip chip, Labels labels, Vectors key, Vectors maps, Address cache) {
        Fragment fragment = new Fragment("append key");
        Hemisphere hemisphere = key.hemisphere();
        Direction outward = hemisphere.outward();
        int first = labels.take(2 * Slices.PAIRS);
        for (int pair = 0; pair < Slices.PAIRS; pair++) {
            Flow data = new Flow(new Stream(outward, KEY_STREAM), first + pair);
            Flow map = new Flow(new Stream(outward, MAP_STREAM), first + Slices.PAIRS + pair);
            int slice = Slices.array(pair, 0);
            int place = chip.memory(hemisphere, slice);
            int cycle = pair + outward.hops(chip.memory(hemisphere, key.slice()), place);
            Memory.read(chip, fragment, key, 0, data, cycle, place);
            Memory.read(chip, fragment, maps, pair, map, cycle, place);
            scatter(chip, fragment, hemisphere, slice, map, data, cache, cycle);
            scatter(chip, fragment, hemisphere, slice + 1, map, data.plane(1), cache, cycle);
        }
        return fragment;
    }

    private static void scatter(
            Chip chip,
            Fragment fragment,
            Hemisphere hemisphere,
            int slice,
            Flow map,
            Flow data,
            Address cache,
            int cycle) {
        fragment.issue(Queue.memory(hemisphere, slice), cycle, new Scatter(map, data, cache));
        fragment.writes(hemisphere, slice, cache, cycle + chip.write());
    }
}
