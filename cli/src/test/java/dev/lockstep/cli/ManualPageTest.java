package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What packages bring beside the command. */
class ManualPageTest {
    @Test
    void shouldDescribeEveryVerbThatIsNotHidden() {
        assertThat(print("manual"))
                .startsWith(".TH LOCKSTEP 1")
                .contains(".SS run\n", ".SS chat\n", ".B \\-p, \\-\\-prompt TEXT\n", ".SH EXIT STATUS")
                .doesNotContain("warm\\-up", "%n", "@|");
    }

    @Test
    void shouldGiveRoffNoLineThatItTakesForARequest() {
        assertThat(print("manual").lines().filter(line -> line.startsWith(".") || line.startsWith("'")))
                .allSatisfy(line -> assertThat(line).matches("\\.(TH|SH|SS|TP|PP|B)( .*)?"));
    }

    @Test
    void shouldCompleteVerbs() {
        assertThat(print("completion")).contains("lockstep", "inspect", "tokenize", "--temp");
    }

    private static String print(String verb) {
        var out = new ByteArrayOutputStream();
        var console = new Console(InputStream.nullInputStream(), out, OutputStream.nullOutputStream(), Terminals.NONE);
        assertThat(Main.execute(console, verb)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }
}
