package dev.lockstep.compiler.kernel;

import dev.lockstep.lpu.program.LaneMap;
import java.util.ArrayList;
import java.util.List;

/** The lane maps of a program, each once. */
public final class Maps {
    private final List<LaneMap> maps = new ArrayList<>();

    /** The map's number. */
    public int index(LaneMap map) {
        int index = maps.indexOf(map);
        if (index < 0) {
            maps.add(map);
            return maps.size() - 1;
        }
        return index;
    }

    public List<LaneMap> all() {
        return List.copyOf(maps);
    }
}
