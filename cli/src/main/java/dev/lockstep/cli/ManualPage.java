package dev.lockstep.cli;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** All help in one page for {@code man}, in the macros of man(7), which every roff knows. */
final class ManualPage {
    private final CommandSpec root;
    private final StringBuilder page = new StringBuilder();

    ManualPage(CommandSpec root) {
        this.root = root;
    }

    String text() {
        line(".TH LOCKSTEP 1 \"\" \"lockstep " + escape(Main.version()) + "\" \"User Commands\"");
        section("NAME");
        line("lockstep \\- " + escape(summary()));
        section("SYNOPSIS");
        line(".B lockstep");
        line("VERB [OPTIONS]");
        section("OPTIONS");
        root.options().forEach(this::option);
        section("VERBS");
        verbs().forEach(this::verb);
        section("EXIT STATUS");
        line("0 done, 1 failed, 2 wrong usage or bad input.");
        return page.toString();
    }

    private List<CommandSpec> verbs() {
        return root.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(verb -> !verb.usageMessage().hidden())
                .toList();
    }

    private void verb(CommandSpec verb) {
        line(".SS " + escape(verb.name()));
        line(escape(String.join(" ", verb.usageMessage().description())));
        line(".PP");
        for (var synopsis : verb.usageMessage().customSynopsis()) {
            line(".B " + escape(synopsis));
        }
        verb.positionalParameters().stream()
                .filter(parameter -> !parameter.hidden())
                .forEach(parameter -> entry(parameter.paramLabel(), parameter.description()));
        verb.options().stream()
                .filter(option -> !option.hidden() && !option.inherited())
                .forEach(this::option);
    }

    private void option(OptionSpec option) {
        var names = String.join(", ", option.names());
        entry(option.arity().max() == 0 ? names : names + " " + option.paramLabel(), option.description());
    }

    private void entry(String what, String[] description) {
        line(".TP");
        line(".B " + escape(what));
        line(escape(String.join(" ", description)));
    }

    private void section(String name) {
        line(".SH " + name);
    }

    private void line(String line) {
        page.append(line).append('\n');
    }

    /** As man pages have it after the name: without a capital and without a full stop. */
    private String summary() {
        return String.join(" ", root.usageMessage().description())
                .replaceFirst("\\.$", "")
                .toLowerCase(Locale.ROOT);
    }

    /** Without the colours of picocli, and with nothing that roff would take for its own. */
    private static String escape(String text) {
        var plain = Ansi.OFF.string(text).replace("%n", " ").replace("%%", "%");
        var escaped = plain.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
