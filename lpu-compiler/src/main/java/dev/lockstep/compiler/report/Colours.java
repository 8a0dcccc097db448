package dev.lockstep.compiler.report;

import dev.lockstep.compiler.bound.BoundTerm;
import dev.lockstep.compiler.decode.Mark;

/** Variables of the style sheet. */
final class Colours {
    private Colours() {}

    static String of(BoundTerm term) {
        return switch (term) {
            case HOPS -> "--hops";
            case LINKS -> "--links";
            case WEIGHTS -> "--weights";
            case CACHE -> "--cache";
            case ARRAYS -> "--arrays";
            case VECTORS -> "--vectors";
            case HEAD -> "--head";
        };
    }

    static String of(Mark.Phase phase) {
        return switch (phase) {
            case ENTER -> "--links";
            case PROJECT -> "--arrays";
            case ATTEND -> "--cache";
            case OUTPUT -> "--vectors";
            case ROUTE -> "--links";
            case GATE_UP -> "--weights";
            case DOWN -> "--down";
            case SUM -> "--sum";
            case HEAD -> "--head";
        };
    }
}
