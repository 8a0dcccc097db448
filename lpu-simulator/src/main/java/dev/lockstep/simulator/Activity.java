package dev.lockstep.simulator;

import dev.lockstep.lpu.isa.Queue;

/** What a chip has done: counted actions, and for how many cycles each queue's unit was busy. */
public final class Activity {
    private final long[] actions = new long[Action.values().length];
    private final long[] busy = new long[Queue.COUNT];

    public long count(Action action) {
        return actions[action.ordinal()];
    }

    /** Cycles in which the unit of a queue did something. */
    public long busyCycles(Queue queue) {
        return busy[queue.number()];
    }

    /** Cycles in which units of a kind did something, over all of them. */
    public long busyCycles(Queue.Unit unit) {
        long sum = 0;
        for (int number = 0; number < Queue.COUNT; number++) {
            if (Queue.of(number).unit() == unit) {
                sum += busy[number];
            }
        }
        return sum;
    }

    /** The share of the time in which units of a kind were busy. */
    public double utilisation(Queue.Unit unit, long cycles) {
        int units = 0;
        for (int number = 0; number < Queue.COUNT; number++) {
            units += Queue.of(number).unit() == unit ? 1 : 0;
        }
        return cycles == 0 ? 0 : (double) busyCycles(unit) / ((double) cycles * units);
    }

    void add(Action action, long times) {
        actions[action.ordinal()] += times;
    }

    void busy(int queue, long cycles) {
        busy[queue] += cycles;
    }

    /** Adds everything of another one. */
    public void add(Activity other) {
        for (int i = 0; i < actions.length; i++) {
            actions[i] += other.actions[i];
        }
        for (int i = 0; i < busy.length; i++) {
            busy[i] += other.busy[i];
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Activity activity
                && java.util.Arrays.equals(actions, activity.actions)
                && java.util.Arrays.equals(busy, activity.busy);
    }

    @Override
    public int hashCode() {
        return java.util.Arrays.hashCode(actions);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Action action : Action.values()) {
            if (count(action) != 0) {
                text.append(text.isEmpty() ? "" : ", ")
                        .append(count(action))
                        .append(' ')
                        .append(action);
            }
        }
        return text.toString();
    }
}
