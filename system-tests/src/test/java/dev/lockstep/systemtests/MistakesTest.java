package dev.lockstep.systemtests;

import static dev.lockstep.systemtests.LockstepCommand.run;

import dev.lockstep.demo.DemoModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What people type wrong when they are new. Each is refused with one sentence that names the mistake and says what to do. Words in
 * capitals stand for files: MODEL is one that works, the others are what their names say.
 */
class MistakesTest {
    @TempDir
    private static Path directory = Path.of("");

    @BeforeAll
    static void writeFiles() throws IOException {
        byte[] model = Files.readAllBytes(DemoModel.install(directory));
        Files.write(directory.resolve("MODEL"), model);
        Files.write(directory.resolve("HALF"), Arrays.copyOf(model, model.length / 2));
        Files.createFile(directory.resolve("EMPTY"));
        Files.writeString(directory.resolve("TEXT"), "This is not a model.");
        Files.writeString(directory.resolve("LONG"), "once upon a time ".repeat(1000));
        Files.write(directory.resolve("LATIN1"), "caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));
        Files.createDirectory(directory.resolve("DIRECTORY"));
    }

    @ParameterizedTest(name = "lockstep {0}")
    @CsvSource(delimiter = '|', textBlock = """
            chta                                        | chta               | did you mean chat
            run -m MODEL --prmpt Hello                  | --prmpt            | --prompt
            run MODEL -p Hello                          | MODEL              | lockstep run --help
            run -p Hello                                | no model is named  | -m demo
            run -m missing.gguf -p Hello                | no such file       | check the path
            run -m DIRECTORY -p Hello                   | is a directory     | .gguf
            run -m https://a.org/x.gguf -p Hello        | a.org/x.gguf       | lockstep pull https://a.org/x.gguf
            run -m hf:org/repo -p Hello                 | hf:org/repo        | lockstep pull hf:org/repo
            pull llama-3                                | llama-3            | hf:OWNER/REPOSITORY
            pull hf:llama-3                             | hf:llama-3         | hf:OWNER/REPOSITORY
            pull http://127.0.0.1:9/x.gguf              | 127.0.0.1          | try again later
            models --delete llama-3                     | llama-3            | lockstep models
            run -m shape:llama-2-7b -p Hello            | no weights         | bench
            run -m TEXT -p Hello                        | TEXT               | give a GGUF model file
            run -m EMPTY -p Hello                       | EMPTY              | download it again
            inspect HALF                                | HALF               | download it again
            inspect shape:lama-2-7b                     | lama-2-7b          | llama-2-7b
            run -m MODEL -p Hello --temp hot            | --temp             | lockstep run --help
            run -m MODEL -p Hello -n -5                 | -n is -5           | must be 0 or more
            run -m MODEL -p Hello -t -1                 | threads            | 1 or more
            run -m MODEL -p Hello -f TEXT               | --prompt           | only one
            run -m MODEL -f missing.txt                 | missing.txt        | check the path
            run -m MODEL -f LATIN1                      | LATIN1             | UTF-8
            run -m MODEL -f LONG                        | the context holds  | shorten the prompt
            run -m MODEL -p Hello --engine gpu          | gpu                | HOST
            tokenize -m MODEL                           | TEXT               | lockstep tokenize --help
            tokenize -m MODEL two words                 | words              | lockstep tokenize --help
            logits -m MODEL --tokens 99999 -o x.f32     | 99999              | tokens 0 to
            logits -m MODEL --tokens 1 -o no/x.f32      | no/x.f32           | make it
            serve -m MODEL --port 99999                 | 99999              | 0 to 65535
            compile -m shape:llama-2-70b                | --target           | lpu:CHIPS
            compile -m shape:llama-2-70b --target 576   | 576                | lpu:576
            compile -m shape:llama-2-70b --target lpu:8 | does not fit       | more chips
            """)
    void shouldBeRefusedWithARemedy(String line, String mistake, String remedy) {
        var words = Arrays.stream(line.split(" +")).map(MistakesTest::file).toArray(String[]::new);
        run(words).shouldBeRefusedWith(mistake, remedy);
    }

    private static String file(String word) {
        var file = directory.resolve(word);
        return word.matches("[A-Z0-9]+") && Files.exists(file) ? file.toString() : word;
    }
}
