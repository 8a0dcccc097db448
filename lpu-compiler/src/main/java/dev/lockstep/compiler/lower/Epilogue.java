package dev.lockstep.compiler.lower;

import dev.lockstep.graph.Node;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * Elementwise operations that follow a product, one after another, each the only reader of the one before: they are done while the product passes the vector unit.
 *
 * @param result what later operations read
 */
record Epilogue(List<Op> operations, Value result) {
    /** What follows a value in a segment. */
    static Epilogue of(Segment segment, Value product) {
        List<Op> operations = new ArrayList<>();
        Value result = product;
        while (true) {
            List<Node> readers = segment.readingNodes(result);
            if (readers.size() != 1 || !elementwise(readers.getFirst().op())) {
                return new Epilogue(operations, result);
            }
            operations.add(readers.getFirst().op());
            result = readers.getFirst().value();
        }
    }

    private static boolean elementwise(Op op) {
        return op instanceof Op.Bias
                || op instanceof Op.Scale
                || op instanceof Op.SoftCap
                || op instanceof Op.ExpertBias
                || op instanceof Op.ExpertSum;
    }
}
