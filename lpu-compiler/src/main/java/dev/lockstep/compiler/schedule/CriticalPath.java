package dev.lockstep.compiler.schedule;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * When fragments would run if each began as soon as its operands were there, with units, streams and arrays for all of them. No order of the same fragments takes less, so that the
 * difference to a schedule is what waiting for units costs, and the chain of those that waited for one another says what the time is made of.
 */
final class CriticalPath {
    private final Map<Long, Visible> written = new HashMap<>();
    private final Map<Long, Visible> read = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();

    /** When something is there, and the number of the step that it is from. */
    private record Visible(int cycle, int step) {
        static final Visible ALWAYS = new Visible(0, -1);
    }

    /** A fragment, and what it waited for. */
    private record Step(String name, int end, Visible operand) {}

    /** @param end of the fragment, counted from its zero */
    void add(Fragment fragment, int end) {
        int start = -fragment.firstCycle();
        Visible operand = Visible.ALWAYS;
        for (Touch touch : fragment.touches()) {
            Visible before = written.getOrDefault(touch.word(), Visible.ALWAYS);
            if (touch.write()) {
                Visible last = read.getOrDefault(touch.word(), Visible.ALWAYS);
                before = last.cycle() > before.cycle() ? last : before;
            }
            if (before.cycle() - touch.visible() > start) {
                start = before.cycle() - touch.visible();
                operand = before;
            }
        }
        for (Touch touch : fragment.touches()) {
            Visible now = new Visible(start + touch.visible(), steps.size());
            (touch.write() ? written : read).merge(touch.word(), now, (a, b) -> a.cycle() > b.cycle() ? a : b);
        }
        steps.add(new Step(fragment.name(), start + end, operand));
    }

    /** The cycles of the longest chain by the names of its fragments, the first first. */
    Map<String, Integer> cycles() {
        int last = -1;
        for (int i = 0; i < steps.size(); i++) {
            last = last < 0 || steps.get(i).end() > steps.get(last).end() ? i : last;
        }
        List<Map.Entry<String, Integer>> chain = new ArrayList<>();
        int end = last < 0 ? 0 : steps.get(last).end();
        while (last >= 0) {
            Step step = steps.get(last);
            chain.addFirst(Map.entry(step.name(), end - step.operand().cycle()));
            end = step.operand().cycle();
            last = step.operand().step();
        }
        Map<String, Integer> cycles = new LinkedHashMap<>();
        chain.forEach(entry -> cycles.merge(entry.getKey(), entry.getValue(), Integer::sum));
        return cycles;
    }
}
