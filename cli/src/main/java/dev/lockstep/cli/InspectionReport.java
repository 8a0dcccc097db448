package dev.lockstep.cli;

import dev.lockstep.engine.ByteSize;
import dev.lockstep.formats.ControlCharacters;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Weight;
import dev.lockstep.graph.architecture.Hyperparameters;
import dev.lockstep.graph.architecture.RopeParameters;
import dev.lockstep.text.Tokenizer;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.ToLongFunction;

/** An {@link Inspection} for people. */
final class InspectionReport {
    private final Console console;
    private final Inspection inspection;
    private final OptionalInt context;

    InspectionReport(Console console, Inspection inspection, OptionalInt context) {
        this.console = console;
        this.inspection = inspection;
        this.context = context;
    }

    void print(boolean tensors) {
        console.printLine(ControlCharacters.escape(inspection.metadata().origin()));
        inspection.text("general.name").ifPresent(name -> line("name", "%s", ControlCharacters.escape(name)));
        line(
                "architecture",
                "%s",
                inspection
                        .text("general.architecture")
                        .map(ControlCharacters::escape)
                        .orElse("not named"));
        line(
                "parameters",
                "%s in %d tensors",
                Printable.count(inspection.parameters()),
                inspection.model().weights().size());
        inspection.hyperparameters().ifPresent(this::hyperparameters);
        inspection.tokenizer().ifPresent(this::tokenizer);
        if (inspection.tokenizer().isPresent()) {
            line(
                    "chat template",
                    "%s",
                    inspection
                            .text(Inspection.CHAT_TEMPLATE)
                            .map(template -> "yes, " + template.length() + " characters")
                            .orElse("none"));
        }
        if (!inspection.types().isEmpty()) {
            types();
            memory();
        }
        if (tensors) {
            console.printLine("");
            inspection.model().weights().values().forEach(this::tensor);
        }
        console.printLine("");
        if (inspection.obstacles().isEmpty()) {
            console.printLine("can be run");
        }
        inspection.obstacles().forEach(why -> console.printLine("cannot be run: " + ControlCharacters.escape(why)));
    }

    private void hyperparameters(Hyperparameters h) {
        line("layers", "%d", h.layers());
        line("embedding", "%d", h.embeddingLength());
        line("feed-forward", "%d", h.feedForwardLength());
        line("heads", "%d of size %d, %d for keys and values", h.heads(), h.headSize(), h.kvHeads());
        if (h.experts() > 0) {
            line("experts", "%d, of which a token uses %d", h.experts(), h.expertsUsed());
        }
        line("context", "%d", h.contextLength());
        var rope = h.rope();
        line(
                "rope",
                "base %.0f%s",
                rope.base(),
                rope.scaling() == RopeParameters.Scaling.NONE
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                ", %s scaling by %.4g",
                                rope.scaling().name().toLowerCase(Locale.ROOT),
                                rope.factor()));
        line("vocabulary", "%d", h.vocabularySize());
    }

    private void tokenizer(Tokenizer tokenizer) {
        var kind = inspection.text("tokenizer.ggml.model").orElse("");
        var pre = inspection
                .text("tokenizer.ggml.pre")
                .map(name -> ", pre-tokenizer " + name)
                .orElse("");
        line("tokenizer", "%s, %d tokens", ControlCharacters.escape(kind + pre), tokenizer.vocabularySize());
        tokenizer.bos().ifPresent(token -> special("begin of text", tokenizer, token));
        tokenizer.eos().ifPresent(token -> special("end of text", tokenizer, token));
    }

    private void special(String name, Tokenizer tokenizer, int token) {
        line(name, "%d %s", token, ControlCharacters.escape(tokenizer.piece(token)));
    }

    private void types() {
        console.printLine("");
        console.printLine("  type      tensors         bytes   bits per weight");
        for (var share : inspection.types()) {
            console.printLine(String.format(
                    Locale.ROOT,
                    "  %-8s  %7d  %12s   %15.2f",
                    share.type(),
                    share.tensors(),
                    ByteSize.print(share.bytes()),
                    share.bitsPerWeight()));
        }
    }

    private void memory() {
        console.printLine("");
        console.printLine("  memory                     KV cache q8   KV cache f16   KV cache f32");
        row("weights", _ -> inspection.weightBytes());
        if (inspection.hyperparameters().isPresent()) {
            row("1000 tokens of context", type -> 1000 * kvBytes(type));
            context.ifPresent(
                    n -> row("total with " + n + " tokens", type -> inspection.weightBytes() + n * kvBytes(type)));
        }
    }

    private void row(String name, ToLongFunction<KvType> bytes) {
        console.printLine("  %-25s  %11s   %12s   %12s"
                .formatted(
                        name,
                        ByteSize.print(bytes.applyAsLong(KvType.Q8)),
                        ByteSize.print(bytes.applyAsLong(KvType.F16)),
                        ByteSize.print(bytes.applyAsLong(KvType.F32))));
    }

    private long kvBytes(KvType type) {
        return inspection.kvBytesPerToken(type).orElse(0L);
    }

    private void tensor(Weight weight) {
        console.printLine("  %-36s %-8s %18s  %12s"
                .formatted(
                        ControlCharacters.escape(weight.name()),
                        weight.type(),
                        weight.columns() + " x " + weight.rows()
                                + (weight.matrices() == 1 ? "" : " x " + weight.matrices()),
                        ByteSize.print(weight.bytes())));
    }

    private void line(String name, String format, Object... values) {
        console.printLine("  %-15s ".formatted(name) + String.format(Locale.ROOT, format, values));
    }
}
