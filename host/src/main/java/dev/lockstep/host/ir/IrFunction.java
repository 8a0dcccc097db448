package dev.lockstep.host.ir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The body of a function, written instruction by instruction. Methods are named after the LLVM instructions that they
 * write, and check that operand types agree, so that mistakes show in Java rather than in LLVM's parser.
 */
public final class IrFunction {
    private final IrModule module;
    private final List<Type> parameters;
    private final StringBuilder prologue = new StringBuilder();
    private final StringBuilder text = new StringBuilder();
    private int names;
    private String block = "entry";

    IrFunction(IrModule module, List<Type> parameters) {
        this.module = module;
        this.parameters = new ArrayList<>(parameters);
    }

    public IrModule module() {
        return module;
    }

    public Ir parameter(int index) {
        return new Ir(parameters.get(index), "%a" + index);
    }

    /** A parameter after those that there are already. */
    public Ir addParameter(Type type) {
        parameters.add(type);
        return parameter(parameters.size() - 1);
    }

    List<Type> parameters() {
        return Collections.unmodifiableList(parameters);
    }

    /** The definition with everything that was written. */
    CharSequence definition(String head) {
        return new StringBuilder(head.length() + prologue.length() + text.length() + 16)
                .append(head)
                .append(prologue)
                .append(text)
                .append("  ret void\n}\n");
    }

    // --- integers and floats -----------------------------------------------------------------------------------------

    public Ir add(Ir a, Ir b) {
        return binary("add", a, b);
    }

    public Ir sub(Ir a, Ir b) {
        return binary("sub", a, b);
    }

    public Ir mul(Ir a, Ir b) {
        return binary("mul", a, b);
    }

    public Ir udiv(Ir a, Ir b) {
        return binary("udiv", a, b);
    }

    public Ir urem(Ir a, Ir b) {
        return binary("urem", a, b);
    }

    public Ir and(Ir a, Ir b) {
        return binary("and", a, b);
    }

    public Ir or(Ir a, Ir b) {
        return binary("or", a, b);
    }

    public Ir xor(Ir a, Ir b) {
        return binary("xor", a, b);
    }

    /** Shift left by a constant. */
    public Ir shl(Ir a, int bits) {
        return bits == 0 ? a : binary("shl", a, Ir.constant(a.type(), bits));
    }

    /** Arithmetic shift right by a constant. */
    public Ir ashr(Ir a, int bits) {
        return bits == 0 ? a : binary("ashr", a, Ir.constant(a.type(), bits));
    }

    /** Logical shift right by a constant. */
    public Ir lshr(Ir a, int bits) {
        return bits == 0 ? a : binary("lshr", a, Ir.constant(a.type(), bits));
    }

    /** Logical shift right, of each lane by that of {@code bits}. */
    public Ir lshr(Ir a, Ir bits) {
        return binary("lshr", a, bits);
    }

    public Ir fadd(Ir a, Ir b) {
        return binary("fadd", a, b);
    }

    public Ir fsub(Ir a, Ir b) {
        return binary("fsub", a, b);
    }

    public Ir fmul(Ir a, Ir b) {
        return binary("fmul", a, b);
    }

    public Ir fdiv(Ir a, Ir b) {
        return binary("fdiv", a, b);
    }

    public Ir fneg(Ir a) {
        return define(a.type(), "fneg " + a);
    }

    /** a * b + c, rounded once. */
    public Ir fma(Ir a, Ir b, Ir c) {
        return call("llvm.fma." + a.type().mangled(), a.type(), a, b, c);
    }

    /** What the processor's counter of cycles shows. */
    public Ir cycles() {
        return call("llvm.readcyclecounter", Type.I64);
    }

    public Ir sqrt(Ir a) {
        return call("llvm.sqrt." + a.type().mangled(), a.type(), a);
    }

    /**
     * The same vector of one register, which LLVM has to have computed before what passes here later, by an instruction of no bytes. LLVM's own order of many sums, and of chains that it takes apart, can
     * need more registers than there are.
     */
    public Ir inOrder(Ir a) {
        return define(a.type(), "call " + a.type() + " asm sideeffect \"\", \"=x,0\"(" + a + ")");
    }

    private Ir binary(String instruction, Ir a, Ir b) {
        same(a, b);
        return define(a.type(), instruction + " " + a + ", " + b.name());
    }

    /** Compares integers by {@code eq, ne, slt, sle, ult, uge, ...}. */
    public Ir icmp(String condition, Ir a, Ir b) {
        same(a, b);
        return define(a.type().as(Type.I1), "icmp " + condition + " " + a + ", " + b.name());
    }

    /** Compares floats by {@code olt, ogt, oge, ...}. */
    public Ir fcmp(String condition, Ir a, Ir b) {
        same(a, b);
        return define(a.type().as(Type.I1), "fcmp " + condition + " " + a + ", " + b.name());
    }

    public Ir select(Ir condition, Ir then, Ir otherwise) {
        same(then, otherwise);
        return define(then.type(), "select " + condition + ", " + then + ", " + otherwise);
    }

    /** The smaller of two unsigned integers. */
    public Ir umin(Ir a, Ir b) {
        return select(icmp("ult", a, b), a, b);
    }

    /** The larger of two unsigned integers. */
    public Ir umax(Ir a, Ir b) {
        return select(icmp("ugt", a, b), a, b);
    }

    // --- conversions -------------------------------------------------------------------------------------------------

    /** One of LLVM's conversion instructions: {@code sext, zext, trunc, sitofp, fpext, fptrunc, bitcast, inttoptr, ptrtoint}. */
    public Ir convert(String instruction, Ir a, Type to) {
        return define(to, instruction + " " + a + " to " + to);
    }

    public Ir sext(Ir a, Type element) {
        return convert("sext", a, a.type().as(element));
    }

    public Ir zext(Ir a, Type element) {
        return convert("zext", a, a.type().as(element));
    }

    public Ir bitcast(Ir a, Type to) {
        return a.type().equals(to) ? a : convert("bitcast", a, to);
    }

    // --- vectors -----------------------------------------------------------------------------------------------------

    /** A vector with the scalar in every lane. */
    public Ir splat(Ir scalar, int lanes) {
        Type vector = scalar.type().times(lanes);
        Ir first = define(vector, "insertelement " + vector + " poison, " + scalar + ", i64 0");
        return define(
                vector, "shufflevector " + first + ", " + vector + " poison, <" + lanes + " x i32> zeroinitializer");
    }

    /** Lanes of {@code a} and (numbered on) {@code b}, by index. */
    public Ir shuffle(Ir a, Ir b, int... indices) {
        same(a, b);
        String mask = Arrays.stream(indices).mapToObj(i -> "i32 " + i).collect(Collectors.joining(", "));
        return define(
                a.type().times(indices.length),
                "shufflevector " + a + ", " + b + ", <" + indices.length + " x i32> <" + mask + ">");
    }

    /** Lanes {@code from} to {@code from + lanes}. */
    public Ir slice(Ir a, int from, int lanes) {
        return from == 0 && lanes == a.type().lanes()
                ? a
                : shuffle(a, a, IntStream.range(from, from + lanes).toArray());
    }

    /** Vectors side by side; their number is a power of two. */
    public Ir concat(List<Ir> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        int half = parts.size() / 2;
        Ir low = concat(parts.subList(0, half));
        Ir high = concat(parts.subList(half, parts.size()));
        return shuffle(low, high, IntStream.range(0, 2 * low.type().lanes()).toArray());
    }

    public Ir extract(Ir vector, int lane) {
        return define(vector.type().times(0), "extractelement " + vector + ", i64 " + lane);
    }

    /** A vector of integer constants. */
    public Ir vector(Type element, int... values) {
        String lanes = Arrays.stream(values).mapToObj(v -> element + " " + v).collect(Collectors.joining(", "));
        return new Ir(element.times(values.length), "<" + lanes + ">");
    }

    // --- memory ------------------------------------------------------------------------------------------------------

    /** The address {@code bytes} after {@code base}. */
    public Ir offset(Ir base, Ir bytes) {
        return define(Type.PTR, "getelementptr i8, " + base + ", " + bytes);
    }

    /** The address {@code bytes} after {@code base}. */
    public Ir offset(Ir base, long bytes) {
        return bytes == 0 ? base : offset(base, Ir.i64(bytes));
    }

    /** The address of word {@code index}, of 32 bits each, after {@code base}. */
    public Ir word(Ir base, Ir index) {
        return offset(base, shl(index, 2));
    }

    public Ir load(Type type, Ir address) {
        return define(type, "load " + type + ", " + address + ", align " + type.elementBytes());
    }

    /** Loads a scalar from {@code offset} bytes after {@code base}. */
    public Ir load(Type type, Ir base, long offset) {
        return load(type, offset(base, offset));
    }

    public void store(Ir value, Ir address) {
        line("store " + value + ", " + address + ", align " + value.type().elementBytes());
    }

    /** Asks for the cache line at the address, to be read before long: it is to come as far as the second-level cache. */
    public void prefetch(Ir address) {
        prefetch(address, 2);
    }

    /** The same, into the cache of this level: 1 or 2. */
    public void prefetch(Ir address, int level) {
        // LLVM counts locality: 3 is the first-level cache, 2 the second.
        callVoid(
                "llvm.prefetch.p0",
                address,
                Ir.constant(Type.I32, 0),
                Ir.constant(Type.I32, 4 - level),
                Ir.constant(Type.I32, 1));
    }

    /** Asks for the cache line at the address, to be written before long. */
    public void prefetchToWrite(Ir address) {
        callVoid(
                "llvm.prefetch.p0",
                address,
                Ir.constant(Type.I32, 1),
                Ir.constant(Type.I32, 3),
                Ir.constant(Type.I32, 1));
    }

    /** Atomic load with acquire order. */
    public Ir loadAcquire(Type type, Ir address) {
        return define(type, "load atomic " + type + ", " + address + " acquire, align " + type.elementBytes());
    }

    /** Stores for another core, after all stores before it. */
    public void storeRelease(Ir value, Ir address) {
        line("store atomic " + value + ", " + address + " release, align "
                + value.type().elementBytes());
    }

    /** Atomic read-modify-write ({@code add}, {@code xchg}, ...) in sequentially consistent order; returns the old value. */
    public Ir atomic(String operation, Ir address, Ir value) {
        return define(value.type(), "atomicrmw " + operation + " " + address + ", " + value + " seq_cst");
    }

    /** Sequentially consistent fence. */
    public void fence() {
        line("fence seq_cst");
    }

    /** Room on the stack for the whole call, aligned to a cache line. */
    public Ir alloca(long bytes) {
        Ir place = new Ir(Type.PTR, "%t" + names++);
        prologue.append("  ")
                .append(place.name())
                .append(" = alloca i8, i64 ")
                .append(bytes)
                .append(", align 64\n");
        return place;
    }

    // --- calls -------------------------------------------------------------------------------------------------------

    /** Calls an intrinsic or external function and declares it. */
    public Ir call(String name, Type result, Ir... arguments) {
        declare(result.toString(), name, arguments);
        return define(result, "call " + result + " @" + name + "(" + list(arguments) + ")");
    }

    /** Calls an intrinsic or external function without result and declares it. */
    public void callVoid(String name, Ir... arguments) {
        declare("void", name, arguments);
        line("call void @" + name + "(" + list(arguments) + ")");
    }

    /** Calls an external function of C with variable arguments; {@code first} is its only fixed parameter. */
    public Ir callVariadic(String name, Type result, Ir first, Ir... rest) {
        String signature = result + " (" + first.type() + ", ...)";
        module.declare(result + " @" + name + "(" + first.type() + ", ...)");
        return define(result, "call " + signature + " @" + name + "(" + first + ", " + list(rest) + ")");
    }

    /** Calls a function that this module defines. */
    public void callLocal(String name, Ir... arguments) {
        line("call void @" + name + "(" + list(arguments) + ")");
    }

    /** Calls through a function pointer. */
    public void callPointer(Ir target, Ir... arguments) {
        line("call void " + target.name() + "(" + list(arguments) + ")");
    }

    private void declare(String result, String name, Ir... arguments) {
        String types = Arrays.stream(arguments).map(a -> a.type().toString()).collect(Collectors.joining(", "));
        module.declare(result + " @" + name + "(" + types + ")");
    }

    private static String list(Ir... arguments) {
        return Arrays.stream(arguments).map(Ir::toString).collect(Collectors.joining(", "));
    }

    // --- control -----------------------------------------------------------------------------------------------------

    /** Body of a loop: gets the counter and the carried values, returns the carried values of the next round. */
    @FunctionalInterface
    public interface LoopBody {
        List<Ir> next(Ir counter, List<Ir> carried);
    }

    /**
     * {@code for (i64 i = from; i < to; i += step)} with values carried from round to round.
     *
     * @return the carried values after the last round
     */
    public List<Ir> loop(Ir from, Ir to, Ir step, List<Ir> carried, LoopBody body) {
        return loop(from, to, step, carried, body, "");
    }

    /** A loop that LLVM must not unroll: what does not fit in registers would be moved to memory and back. */
    public List<Ir> rolledLoop(Ir from, Ir to, Ir step, List<Ir> carried, LoopBody body) {
        return loop(from, to, step, carried, body, ", !llvm.loop " + module.rolledLoop());
    }

    private List<Ir> loop(Ir from, Ir to, Ir step, List<Ir> carried, LoopBody body, String annotation) {
        int id = names++;
        String head = "head" + id;
        String bodyLabel = "body" + id;
        String exit = "exit" + id;
        String before = block;
        line("br label %" + head);
        label(head);
        int phis = text.length();
        Ir counter = new Ir(Type.I64, "%i" + id);
        List<Ir> current = new ArrayList<>();
        for (int c = 0; c < carried.size(); c++) {
            current.add(new Ir(carried.get(c).type(), "%c" + id + "." + c));
        }
        Ir more = icmp("slt", counter, to);
        line("br " + more + ", label %" + bodyLabel + ", label %" + exit);
        label(bodyLabel);
        List<Ir> next = body.next(counter, current);
        Ir following = add(counter, step);
        String latch = block;
        line("br label %" + head + annotation);
        StringBuilder phi = new StringBuilder();
        phi.append(phi(counter, from, before, following, latch));
        for (int c = 0; c < carried.size(); c++) {
            same(carried.get(c), next.get(c));
            phi.append(phi(current.get(c), carried.get(c), before, next.get(c), latch));
        }
        text.insert(phis, phi);
        label(exit);
        return current;
    }

    /** A loop that carries nothing. */
    public void loop(Ir from, Ir to, long step, Consumer<Ir> body) {
        loop(from, to, Ir.i64(step), List.of(), (counter, _) -> {
            body.accept(counter);
            return List.of();
        });
    }

    private static String phi(Ir value, Ir first, String before, Ir next, String latch) {
        return "  " + value.name() + " = phi " + value.type() + " [ " + first.name() + ", %" + before + " ], [ "
                + next.name() + ", %" + latch + " ]\n";
    }

    /** Runs {@code then} if the condition holds. */
    public void ifThen(Ir condition, Runnable then) {
        int id = names++;
        line("br " + condition + ", label %then" + id + ", label %done" + id);
        label("then" + id);
        then.run();
        line("br label %done" + id);
        label("done" + id);
    }

    /** Runs {@code then} if the condition holds, and {@code otherwise} if not. */
    public void ifElse(Ir condition, Runnable then, Runnable otherwise) {
        int id = names++;
        line("br " + condition + ", label %then" + id + ", label %else" + id);
        label("then" + id);
        then.run();
        line("br label %done" + id);
        label("else" + id);
        otherwise.run();
        line("br label %done" + id);
        label("done" + id);
    }

    /** Repeats {@code body} as long as the condition holds. */
    public void loopWhile(Supplier<Ir> condition, Runnable body) {
        int id = names++;
        line("br label %again" + id);
        label("again" + id);
        Ir holds = condition.get();
        line("br " + holds + ", label %round" + id + ", label %done" + id);
        label("round" + id);
        body.run();
        line("br label %again" + id);
        label("done" + id);
    }

    /** Returns if the condition holds. */
    public void returnIf(Ir condition) {
        int id = names++;
        line("br " + condition + ", label %leave" + id + ", label %stay" + id);
        label("leave" + id);
        line("ret void");
        label("stay" + id);
    }

    private void label(String name) {
        text.append(name).append(":\n");
        block = name;
    }

    private void line(String instruction) {
        text.append("  ").append(instruction).append('\n');
    }

    private Ir define(Type type, String instruction) {
        Ir value = new Ir(type, "%t" + names++);
        line(value.name() + " = " + instruction);
        return value;
    }

    private static void same(Ir a, Ir b) {
        if (!a.type().equals(b.type())) {
            throw new IllegalArgumentException("operands of types " + a.type() + " and " + b.type());
        }
    }
}
