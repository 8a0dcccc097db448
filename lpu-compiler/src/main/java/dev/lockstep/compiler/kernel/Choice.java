package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * The token with the largest logit; of several the first. The largest logit is found over vectors and lanes. A difference of zero then tells where it stands: there the number of the
 * token is kept, everywhere else it is pushed out of the way. Numbers are negative, so that the first token is the largest. Chips exchange their best logits and tokens, and each decides.
 */
final class Choice {
    /** More than any token. */
    private static final float FAR = 0x1p30f;

    private final Chip chip;
    private final Labels labels;
    private final Maps maps;
    private final Kernels kernels;

    /**
     * @param logits in the east
     * @param numbers of the tokens, negative
     * @param padding zero where there is a token, hopelessly small elsewhere
     * @param west room for {@link #westRoom} vectors
     * @param east room for {@link #eastRoom} vectors
     * @param token an integer in every lane, in the west
     */
    record Places(Vectors logits, Vectors numbers, Vectors padding, Vectors west, Vectors east, Vectors token) {}

    Choice(Chip chip, Labels labels, Maps maps, Kernels kernels) {
        this.chip = chip;
        this.labels = labels;
        this.maps = maps;
        this.kernels = kernels;
    }

    static int westRoom(int logits) {
        return logits + 4;
    }

    static int eastRoom(int chips) {
        return 3 + 2 * chips;
    }

    /** @param chips that have logits */
    void run(Places places, int chips) {
        int count = places.logits().count();
        Vectors hidden = places.west().slice(0, count);
        Vectors west = places.west().slice(count, 4);
        Vectors east = places.east();
        Pass hide = new Pass(chip, labels, "hide padding");
        Node shown = Pass.add(Pass.load(places.logits()), Pass.load(places.padding()));
        hide.store(shown, hidden);
        hide.store(new Node.Running(BinaryOperation.MAX, shown, count), east.slice(0, 1), last(count));
        kernels.place(hide.fragment(count));
        Vectors best = east.slice(1, 1);
        reduce("largest logit", east.slice(0, 1), west.slice(0, 1), best);

        Pass find = new Pass(chip, labels, "find token");
        Node here = here(Pass.load(hidden), Pass.load(best, _ -> 0), Pass.load(places.numbers()));
        find.store(new Node.Running(BinaryOperation.MAX, here, count), west.slice(0, 1), last(count));
        kernels.place(find.fragment(count));
        Vectors number = west.slice(1, 1);
        reduce("first token", west.slice(0, 1), east.slice(2, 1), number);
        if (chips == 1) {
            Pass answer = new Pass(chip, labels, "token");
            answer.store(positive(Pass.load(number)), places.token());
            kernels.place(answer.fragment(1));
            return;
        }
        decide(places, chips, best, number);
    }

    private void decide(Places places, int chips, Vectors best, Vectors number) {
        Vectors mine = places.west().slice(places.west().count() - 2, 2);
        Vectors all = places.east().slice(3, 2 * chips);
        for (Vectors value : List.of(best, number)) {
            int place = value == best ? 0 : 1;
            Pass copy = new Pass(chip, labels, "best of chip");
            Node loaded = Pass.load(value);
            copy.store(loaded, mine.slice(place, 1));
            copy.store(loaded, all.slice(place, 1));
            kernels.place(copy.fragment(1));
        }
        List<List<Vectors>> arriving = new ArrayList<>();
        for (int port = 0; port < chips - 1; port++) {
            arriving.add(List.of(all.slice(2 * (port + 1), 2)));
        }
        kernels.exchange(
                "exchange best",
                Map.of(Hemisphere.WEST, mine, Hemisphere.EAST, all.slice(0, 2)),
                arriving,
                List.of(all.slice(2, 2 * (chips - 1))));
        Vectors largest = mine.slice(0, 1);
        Pass compare = new Pass(chip, labels, "best of all");
        Node each = Pass.load(all, item -> 2 * item);
        compare.store(new Node.Running(BinaryOperation.MAX, each, chips), largest, last(chips));
        kernels.place(compare.fragment(chips));
        Pass answer = new Pass(chip, labels, "token");
        Node here = here(each, Pass.load(largest, _ -> 0), Pass.load(all, item -> 2 * item + 1));
        answer.store(positive(new Node.Running(BinaryOperation.MAX, here, chips)), places.token(), last(chips));
        kernels.place(answer.fragment(chips));
    }

    /** The number where the value is the largest, something far below all numbers elsewhere. */
    private static Node here(Node value, Node largest, Node number) {
        Node difference = Pass.binary(BinaryOperation.SUB, value, largest);
        Node push = Pass.binary(BinaryOperation.MASK, Pass.constant(FAR), difference);
        return Pass.binary(BinaryOperation.SUB, number, push);
    }

    private static Node positive(Node number) {
        return new Node.Convert(Element.INT32, Pass.unary(UnaryOperation.NEGATE, number));
    }

    private void reduce(String name, Vectors source, Vectors inner, Vectors target) {
        kernels.place(new Reduction(chip, labels, maps).fragments(name, BinaryOperation.MAX, source, inner, target));
    }

    private static IntUnaryOperator last(int count) {
        return item -> item == count - 1 ? 0 : Pass.NOWHERE;
    }
}
