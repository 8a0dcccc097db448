package dev.lockstep.compiler.report;

import dev.lockstep.compiler.decode.Mark;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Phases of a schedule, added up. */
final class Phases {
    private Phases() {}

    /** Cycles of each over the whole token. */
    static Map<Mark.Phase, Long> of(Outcome outcome) {
        Map<Mark.Phase, Long> sums = new LinkedHashMap<>();
        for (Mark mark : outcome.schedule().marks()) {
            sums.merge(mark.phase(), cycles(mark), Long::sum);
        }
        return sums;
    }

    static long cycles(Mark mark) {
        return Math.max(0, mark.end() - mark.start());
    }

    static void legend(Html html, Outcome outcome) {
        html.raw("<div class=\"legend\">");
        for (Mark.Phase phase : of(outcome).keySet()) {
            html.add("<span><i style=\"background:var(%s)\"></i>%s</span>", Colours.of(phase), phase.words());
        }
        html.raw("</div>");
    }

    /** The stage that the token is in. */
    static int stageAt(Outcome outcome, long cycle) {
        List<Long> starts = outcome.schedule().starts();
        int stage = 0;
        for (int i = 0; i < starts.size(); i++) {
            // A stage's blocks begin before its first vector comes.
            if (starts.get(i) + 300 <= cycle) {
                stage = i;
            }
        }
        return stage;
    }
}
