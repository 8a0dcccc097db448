package dev.lockstep.text.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Parses what stands left of {@code =} and after {@code for}. */
final class TargetParser {
    private static final Set<String> CONSTANTS = Set.of("true", "false", "none", "True", "False", "None");

    private final TokenStream stream;

    TargetParser(TokenStream stream) {
        this.stream = stream;
    }

    /** One target, or several with commas between them. */
    Statement.Target target() {
        Statement.Target first = single();
        if (!stream.current().isOperator(",")) {
            return first;
        }
        List<Statement.Target> targets = new ArrayList<>(List.of(first));
        while (stream.skipOperator(",") && startsTarget()) {
            targets.add(single());
        }
        return new Statement.Target.Unpacking(targets, first.position());
    }

    private boolean startsTarget() {
        Token token = stream.current();
        return token.isOperator("(") || token.kind() == Token.Kind.NAME && !token.isName("in");
    }

    Statement.Target single() {
        if (stream.current().isOperator("(")) {
            stream.enter();
            stream.next();
            Statement.Target inner = target();
            stream.expectOperator(")");
            stream.leave();
            return inner;
        }
        Token name = stream.expect(Token.Kind.NAME, "a variable to assign to");
        if (CONSTANTS.contains(name.text())) {
            throw TokenStream.error(name, "nothing can be assigned to the constant '" + name.text() + "'");
        }
        if (stream.skipOperator(".")) {
            Token field = stream.expect(Token.Kind.NAME, "the name of a field");
            return new Statement.Target.NamespaceField(name.text(), field.text(), name.position());
        }
        return new Statement.Target.Variable(name.text(), name.position());
    }
}
