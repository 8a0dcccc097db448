package dev.lockstep.host.ir;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** A module under construction: functions, and the declarations they turned out to need. */
public final class IrModule {
    private final Map<String, String> functions = new LinkedHashMap<>();
    private final Set<String> declarations = new LinkedHashSet<>();
    private final String functionAttributes;

    /**
     * @param functionAttributes attributes of every function, such as {@code "prefer-vector-width"="512"}
     */
    public IrModule(String functionAttributes) {
        this.functionAttributes = functionAttributes;
    }

    /** Defines a function that other objects can see. */
    public void publicFunction(String name, List<Type> parameters, Consumer<IrFunction> body) {
        define("", name, parameters, body);
    }

    /**
     * Defines an internal function once: a later call with the same name is ignored, so that kernels are instantiated on
     * demand.
     *
     * @return {@code name}
     */
    public String function(String name, List<Type> parameters, Consumer<IrFunction> body) {
        if (!functions.containsKey(name)) {
            define("internal ", name, parameters, body);
        }
        return name;
    }

    private void define(String linkage, String name, List<Type> parameters, Consumer<IrFunction> body) {
        functions.put(name, ""); // holds the place: a kernel is listed before what it calls
        IrFunction function = new IrFunction(this, parameters);
        body.accept(function);
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < parameters.size(); i++) {
            // Kernels never get two pointers to memory that one of them writes through and the other reads.
            arguments.add(parameters.get(i) + " %a" + i);
        }
        functions.put(
                name,
                "define " + linkage + "void @" + name + "(" + String.join(", ", arguments) + ") #0 {\nentry:\n"
                        + function.body() + "  ret void\n}\n");
    }

    void declare(String declaration) {
        declarations.add(declaration);
    }

    /** The module as LLVM assembly. */
    public String text() {
        StringBuilder text = new StringBuilder();
        declarations.forEach(
                declaration -> text.append("declare ").append(declaration).append('\n'));
        functions.values().forEach(function -> text.append('\n').append(function));
        return text.append("\nattributes #0 = { nounwind ")
                .append(functionAttributes)
                .append(" }\n")
                .toString();
    }
}
