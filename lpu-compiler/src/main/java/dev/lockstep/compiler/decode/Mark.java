package dev.lockstep.compiler.decode;

/**
 * A phase of a half layer, on the chips of one stage.
 *
 * @param half half layer, counted over the whole model; -1 for the output matrix
 * @param phase what is done
 * @param start first cycle, and
 * @param end last cycle, of the stage or of the whole program
 */
public record Mark(int half, Phase phase, long start, long end) {
    /** What a chip can be waiting for or working at. */
    public enum Phase {
        ENTER("residual enters the stage"),
        PROJECT("query, key and value projections"),
        ATTEND("rotation, scores, softmax, values"),
        OUTPUT("output projection"),
        ROUTE("router and choice of experts"),
        GATE_UP("gate and up projections"),
        DOWN("down projection"),
        SUM("sum over chips"),
        HEAD("output matrix");

        private final String words;

        Phase(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    Mark later(long cycles) {
        return new Mark(half, phase, start + cycles, end + cycles);
    }
}
