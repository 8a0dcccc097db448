package dev.lockstep.host.ir;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A module under construction: functions, and the declarations they turned out to need. */
public final class IrModule {
    private static final String KERNEL = "#0";
    private static final String SCHEDULE = "#1";

    private final Map<String, CharSequence> functions = new LinkedHashMap<>();
    private final Map<String, String> namesByBody = new HashMap<>();
    private final Set<String> declarations = new LinkedHashSet<>();
    private final String functionAttributes;
    private int rolledLoops;

    /**
     * @param functionAttributes attributes of every function, such as {@code "prefer-vector-width"="512"}
     */
    public IrModule(String functionAttributes) {
        this.functionAttributes = functionAttributes;
    }

    /** Defines a function that other objects can see. */
    public void publicFunction(String name, List<Type> parameters, Consumer<IrFunction> body) {
        define("", name, KERNEL, parameters, body);
    }

    /**
     * Defines a function that other objects can see and that does nothing but call others, one after the other. It is as long as
     * the model is deep, so LLVM is told not to work on it.
     */
    public void scheduleFunction(String name, List<Type> parameters, Consumer<IrFunction> body) {
        define("", name, SCHEDULE, parameters, body);
    }

    /**
     * Defines an internal function once: a later call with the same name is ignored, so that kernels are instantiated on
     * demand.
     *
     * @return {@code name}
     */
    public String function(String name, List<Type> parameters, Consumer<IrFunction> body) {
        if (!functions.containsKey(name)) {
            define("internal ", name, KERNEL, parameters, body);
        }
        return name;
    }

    /**
     * Defines an internal function unless another one does just the same.
     *
     * @param name what it is called if it is new
     * @param body may {@linkplain IrFunction#addParameter add parameters}
     * @return the name of the one that does this
     */
    public String sharedFunction(String name, List<Type> parameters, Consumer<IrFunction> body) {
        IrFunction function = new IrFunction(this, parameters);
        body.accept(function);
        return namesByBody.computeIfAbsent(function.definition("").toString(), _ -> {
            functions.put(name, function.definition(head("internal ", name, KERNEL, function)));
            return name;
        });
    }

    private void define(
            String linkage, String name, String attributes, List<Type> parameters, Consumer<IrFunction> body) {
        functions.put(name, ""); // holds the place: a kernel is listed before what it calls
        IrFunction function = new IrFunction(this, parameters);
        body.accept(function);
        functions.put(name, function.definition(head(linkage, name, attributes, function)));
    }

    private static String head(String linkage, String name, String attributes, IrFunction function) {
        List<Type> parameters = function.parameters();
        String arguments = IntStream.range(0, parameters.size())
                .mapToObj(i -> parameters.get(i) + " %a" + i)
                .collect(Collectors.joining(", "));
        return "define " + linkage + "void @" + name + "(" + arguments + ") " + attributes + " {\nentry:\n";
    }

    void declare(String declaration) {
        declarations.add(declaration);
    }

    /** Metadata of one loop that LLVM must not unroll. */
    String rolledLoop() {
        return "!" + ++rolledLoops;
    }

    /** The module as LLVM assembly. */
    public String text() {
        int most = functions.values().stream().mapToInt(CharSequence::length).sum() + 64 * 1024;
        StringBuilder text = new StringBuilder(most); // which need not grow, and leave copies behind
        declarations.forEach(
                declaration -> text.append("declare ").append(declaration).append('\n'));
        functions.values().forEach(function -> text.append('\n').append(function));
        if (rolledLoops > 0) {
            text.append("\n!0 = !{!\"llvm.loop.unroll.disable\"}\n");
        }
        for (int loop = 1; loop <= rolledLoops; loop++) {
            text.append("!%d = distinct !{!%d, !0}\n".formatted(loop, loop));
        }
        // Kernels stay apart: inlining them into each layer would multiply the code. And loops that clear memory stay
        // loops.
        return text.append("\nattributes " + KERNEL + " = { nounwind noinline \"no-builtins\" ")
                .append(functionAttributes)
                .append(" }\nattributes " + SCHEDULE + " = { nounwind noinline optnone }\n")
                .toString();
    }
}
