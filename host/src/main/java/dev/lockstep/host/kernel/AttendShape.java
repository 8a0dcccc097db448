package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Scoring;

/** What kernels that attend are made for: how keys and values lie, and how scores become weights. */
record AttendShape(KvShape kv, Scoring scoring) {
    static AttendShape of(Op.Attention attention, KvType type) {
        return new AttendShape(KvShape.of(attention, type), attention.scoring());
    }

    boolean windowed() {
        return scoring.window() > 0;
    }

    boolean capped() {
        return scoring.cap() > 0;
    }

    boolean sinks() {
        return scoring.sinks().isPresent();
    }

    /** Part of a kernel's name. */
    String label() {
        String window = windowed() ? "_w" + scoring.window() : "";
        String cap = capped() ? "_c%08x".formatted(Float.floatToRawIntBits(scoring.cap())) : "";
        return kv.label() + window + cap + (sinks() ? "_s" : "");
    }
}
