package dev.lockstep.lpu.assembly;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Result;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import java.util.Optional;

/** Addresses, streams, labels and operands as text. */
final class OperandText {
    private static final String ALU = "alu";
    private static final String HELD = "held";
    private static final String HEXADECIMAL = "0x";

    private OperandText() {}

    static String print(Address address) {
        return address.base() == Address.ABSOLUTE
                ? Integer.toString(address.word())
                : "b" + address.base() + "+" + address.word();
    }

    static Address address(String word) {
        int plus = word.indexOf('+');
        if (!word.startsWith("b") || plus < 0) {
            return Address.of(Words.number(word, "an address"));
        }
        return new Address(
                Words.number(word.substring(plus + 1), "a word"), Words.number(word.substring(1, plus), "a base"));
    }

    static String print(Flow flow) {
        return flow.stream() + printLabel(flow.label());
    }

    static Flow flow(String word) {
        int hash = word.indexOf('#');
        String stream = hash < 0 ? word : word.substring(0, hash);
        return new Flow(stream(stream), hash < 0 ? 0 : label(word.substring(hash)));
    }

    static Stream stream(String word) {
        if (word.length() < 2 || (word.charAt(0) != 'e' && word.charAt(0) != 'w')) {
            throw new AssemblyException("a stream cannot be '" + word + "'");
        }
        Direction direction = word.charAt(0) == 'e' ? Direction.EASTWARD : Direction.WESTWARD;
        return new Stream(direction, Words.number(word.substring(1), "a stream"));
    }

    /** {@code #7}, or nothing for 0. */
    static String printLabel(int label) {
        return label == 0 ? "" : "#" + label;
    }

    static int label(String word) {
        if (!word.startsWith("#")) {
            throw new AssemblyException("a label cannot be '" + word + "'");
        }
        return Words.number(word.substring(1), "a label");
    }

    static String print(Operand operand) {
        return switch (operand) {
            case Operand.OfStream stream -> print(stream.from());
            case Operand.OfAlu alu -> (alu.held() ? HELD + " " : "") + ALU + alu.alu() + printLabel(alu.label());
            case Operand.Constant constant -> HEXADECIMAL + Integer.toHexString(constant.bits());
        };
    }

    static Operand operand(Words words) {
        boolean held = words.accept(HELD);
        String word = words.word("an operand");
        if (word.startsWith(ALU)) {
            int hash = word.indexOf('#');
            String number = hash < 0 ? word.substring(ALU.length()) : word.substring(ALU.length(), hash);
            return new Operand.OfAlu(Words.number(number, "an ALU"), hash < 0 ? 0 : label(word.substring(hash)), held);
        }
        if (held) {
            throw new AssemblyException("only an ALU's result can be held, not '" + word + "'");
        }
        if (word.startsWith(HEXADECIMAL)) {
            try {
                return new Operand.Constant(Integer.parseUnsignedInt(word.substring(HEXADECIMAL.length()), 16));
            } catch (NumberFormatException wrong) {
                throw new AssemblyException("a constant cannot be '" + word + "'", wrong);
            }
        }
        return new Operand.OfStream(flow(word));
    }

    static String print(Result result) {
        return result.flow()
                .map(OperandText::print)
                .orElseGet(() -> result.label() == 0 ? "kept" : "#" + result.label());
    }

    static Result result(String word) {
        if (word.equals("kept")) {
            return Result.kept(0);
        }
        return word.startsWith("#")
                ? Result.kept(label(word))
                : new Result(flow(word).label(), Optional.of(flow(word).stream()));
    }
}
