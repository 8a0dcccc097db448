package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private static final long SECOND = 1_000_000_000L;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private long now;

    @Test
    void shouldSayNothingAboutShortWork() {
        work(new Terminals(false, false, true, 80), SECOND / 200);
        work(Terminals.NONE, SECOND / 200);
        assertThat(err.size()).isZero();
    }

    @Test
    void shouldSayEveryTenthWithoutATerminal() {
        work(Terminals.NONE, SECOND);
        assertThat(text().lines()).hasSize(9).first().isEqualTo("lockstep: packing, 10 %");
    }

    @Test
    void shouldDrawABarAndTakeItAway() {
        work(new Terminals(false, false, true, 80), SECOND);
        assertThat(text())
                .contains("\rpacking [###############---------------]  50 %  50 s left")
                .endsWith("\r\u001b[K");
    }

    @Test
    void shouldNotBeWiderThanTheTerminal() {
        work(new Terminals(false, false, true, 20), SECOND);
        assertThat(text().split("\r"))
                .allSatisfy(line -> assertThat(line.replace("\u001b[K", "")).hasSizeLessThan(20));
    }

    /** A hundred steps. */
    private void work(Terminals terminals, long stepNanos) {
        var console = new Console(InputStream.nullInputStream(), OutputStream.nullOutputStream(), err, terminals);
        var bar = new ProgressBar(console, () -> now);
        for (int done = 0; done <= 100; done++) {
            bar.progress("packing", done, 100);
            now += stepNanos;
        }
    }

    private String text() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
