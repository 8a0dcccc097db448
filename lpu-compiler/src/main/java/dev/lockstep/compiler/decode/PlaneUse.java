package dev.lockstep.compiler.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Who uses an array when. Weights are loaded into its buffer, installed, and multiplied with rows until others are installed; sums stay in an accumulator until
 * their last row. What is placed later must not come in between. All times are keys outward.
 */
final class PlaneUse {
    private final int visible;
    private final Consumer<Runnable> undoable;
    /** From the first load to the installation. */
    private final NavigableMap<Long, Long> fills = new TreeMap<>();

    private final NavigableMap<Long, Long> lastRows = new TreeMap<>();
    /** Installations in the order in which they were placed; and in the order of time, whether both planes of the hemisphere take them. */
    private final List<Long> placed = new ArrayList<>();

    private final NavigableMap<Long, Boolean> both = new TreeMap<>();

    private final Map<Integer, Accumulator> accumulators = new TreeMap<>();
    private long firstLoad = Long.MAX_VALUE;

    /** Rows that an accumulator takes, and which of them add to what is there. */
    private static final class Accumulator {
        final NavigableMap<Long, Boolean> rows = new TreeMap<>();
        long placedLast = -1;
    }

    /**
     * @param visible keys from an installation to the first row that meets what was installed
     * @param undoable notes how to take something back
     */
    PlaneUse(int visible, Consumer<Runnable> undoable) {
        this.visible = visible;
        this.undoable = undoable;
    }

    /** Something is loaded, to be installed next. */
    void load(long u) {
        long before = firstLoad;
        firstLoad = Math.min(firstLoad, u);
        undoable.accept(() -> firstLoad = before);
    }

    /**
     * Installs what has been loaded.
     *
     * @param wide whether the weights take both planes of the hemisphere
     */
    void install(long u, boolean wide) {
        long first = firstLoad;
        Map.Entry<Long, Long> fill = fills.lowerEntry(u);
        if (fill != null && fill.getValue() >= first) {
            throw new Conflict("weights that are installed at " + fill.getValue());
        }
        Map.Entry<Long, Long> use = lastRows.lowerEntry(u);
        if (use != null && use.getValue() > u) {
            throw new Conflict("weights that are used until " + use.getValue());
        }
        fills.put(first, u);
        placed.add(u);
        both.put(u, wide);
        firstLoad = Long.MAX_VALUE;
        undoable.accept(() -> {
            firstLoad = first;
            fills.remove(first);
            placed.removeLast();
            both.remove(u);
        });
    }

    /** A row meets the weights that were placed last of those that it can meet; returns whether these take both planes of the hemisphere. */
    boolean row(long u) {
        long own = installed(u);
        Long other = both.higherKey(own);
        if (other != null && other < u) {
            throw new Conflict("other weights that are installed at " + other);
        }
        Long before = lastRows.get(own);
        if (before == null || before < u) {
            lastRows.put(own, u);
            undoable.accept(() -> {
                if (before == null) {
                    lastRows.remove(own);
                } else {
                    lastRows.put(own, before);
                }
            });
        }
        return Boolean.TRUE.equals(both.get(own));
    }

    private long installed(long u) {
        for (long latest : placed.reversed()) {
            if (latest + visible <= u) {
                return latest;
            }
        }
        throw new Conflict("nothing that is installed before " + u);
    }

    /** A row's products go to an accumulator, and are added to what is there or begin anew. */
    void accumulate(int slot, long u, boolean add) {
        Accumulator accumulator = accumulators.computeIfAbsent(slot, number -> new Accumulator());
        Map.Entry<Long, Boolean> next = accumulator.rows.higherEntry(u);
        if (next != null && next.getValue()) {
            throw new Conflict("a sum that goes on at " + next.getKey());
        }
        Map.Entry<Long, Boolean> before = accumulator.rows.lowerEntry(u);
        if (add && (before == null || before.getKey() != accumulator.placedLast)) {
            throw new Conflict("another sum before " + u);
        }
        long placedLast = accumulator.placedLast;
        accumulator.rows.put(u, add);
        accumulator.placedLast = u;
        undoable.accept(() -> {
            accumulator.rows.remove(u);
            accumulator.placedLast = placedLast;
        });
    }
}
