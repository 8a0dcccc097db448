package dev.lockstep.cli;

import dev.lockstep.formats.ControlCharacters;
import dev.lockstep.formats.model.ModelFiles;
import dev.lockstep.text.Tokenizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "tokenize",
        description = "Shows how a vocabulary cuts a text into tokens.",
        customSynopsis = "lockstep tokenize [OPTIONS] -m MODEL (TEXT | --decode ID,ID...)",
        footer = {
            "",
            "Examples:",
            "  lockstep tokenize -m model.gguf \"Hello world\"",
            "  lockstep tokenize -m model.gguf --json - < text.txt",
            "  lockstep tokenize -m model.gguf --decode 1,9038,2501"
        })
final class TokenizeCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private RequiredModel model = new RequiredModel();

    @ArgGroup(multiplicity = "1")
    private @Nullable Direction direction;

    @Option(names = "--no-special", description = "Do not add begin and end tokens.")
    private boolean noSpecial;

    @Option(names = "--parse-special", description = "Understand control tokens written out in TEXT.")
    private boolean parseSpecial;

    @Option(names = "--ids", description = "Print the ids only, on one line.")
    private boolean idsOnly;

    @Option(names = "--json", description = "Print one object: ids, pieces, count; or text.")
    private boolean json;

    /** Text to tokens, or back. */
    static final class Direction {
        @Parameters(paramLabel = "TEXT", description = "The text; - is standard input, byte for byte.")
        private @Nullable String text;

        @Option(names = "--decode", split = ",", paramLabel = "ID", description = "Print the text of these tokens.")
        private @Nullable List<Integer> decode;
    }

    TokenizeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (var file = ModelFiles.open(model.file())) {
            var tokenizer = Tokenizer.of(file.metadata());
            var asked = Given.required(direction);
            if (asked.decode != null) {
                decode(tokenizer, asked.decode);
            } else {
                encode(tokenizer, Given.required(asked.text));
            }
        }
        return ExitStatus.DONE;
    }

    private void encode(Tokenizer tokenizer, String argument) {
        var text = argument.equals("-") ? console.readAll() : argument;
        int[] ids = tokenizer.encode(text, !noSpecial, parseSpecial);
        List<String> pieces = Arrays.stream(ids).mapToObj(tokenizer::piece).toList();
        if (json) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("ids", ids);
            fields.put("pieces", pieces);
            fields.put("count", ids.length);
            Json.print(console, fields);
        } else if (idsOnly) {
            console.printLine(Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(",")));
        } else {
            for (int i = 0; i < ids.length; i++) {
                console.printLine("%7d  \"%s\"".formatted(ids[i], ControlCharacters.escape(pieces.get(i))));
            }
        }
    }

    private void decode(Tokenizer tokenizer, List<Integer> ids) {
        for (int id : ids) {
            if (id < 0 || id >= tokenizer.vocabularySize()) {
                throw new UsageException("--decode: token " + id + " is not in the vocabulary, which has tokens 0 to "
                        + (tokenizer.vocabularySize() - 1));
            }
        }
        var text = tokenizer.decode(ids.stream().mapToInt(Integer::intValue).toArray());
        if (json) {
            Json.print(console, Map.of("text", text));
        } else {
            console.printLine(text);
        }
    }
}
