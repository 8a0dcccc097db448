package dev.lockstep.cli;

import dev.lockstep.engine.ProgressListener;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows on standard error how far work of more than a second is: a bar on a terminal, else a line for every tenth of the
 * work. Heard by one thread at a time.
 */
final class ProgressBar implements ProgressListener {
    private static final long PATIENCE_NANOS = 1_000_000_000L;
    private static final long REDRAW_NANOS = 100_000_000L;
    private static final int BAR_COLUMNS = 30;

    private final Console console;
    private final LongSupplier clock;
    private String current = "";
    private long startNanos;
    private long drawnNanos;
    private long saidTenths;

    ProgressBar(Console console) {
        this(console, System::nanoTime);
    }

    ProgressBar(Console console, LongSupplier clock) {
        this.console = console;
        this.clock = clock;
    }

    @Override
    public synchronized void passed(String stage) {
        console.passed(stage);
    }

    @Override
    public synchronized void progress(String what, long done, long total) {
        long now = clock.getAsLong();
        if (!what.equals(current)) {
            current = what;
            startNanos = now;
            drawnNanos = now - REDRAW_NANOS;
            saidTenths = 0;
        }
        if (done >= total) {
            console.eraseNote();
            current = "";
        } else if (now - startNanos >= PATIENCE_NANOS) {
            double share = Math.max(0, (double) done / total);
            if (console.terminals().error()) {
                draw(share, now);
            } else {
                say(share);
            }
        }
    }

    private void draw(double share, long now) {
        if (now - drawnNanos < REDRAW_NANOS) {
            return;
        }
        drawnNanos = now;
        int filled = (int) (share * BAR_COLUMNS);
        var bar = "#".repeat(filled) + "-".repeat(BAR_COLUMNS - filled);
        double elapsed = (now - startNanos) / 1e9;
        var left = share < 0.02 ? "" : String.format(Locale.ROOT, "  %.0f s left", elapsed / share - elapsed);
        var line = String.format(Locale.ROOT, "%s [%s] %3.0f %%%s", current, bar, 100 * share, left);
        int columns = console.terminals().columns() - 1;
        console.noteInPlace(line.length() <= columns ? line : line.substring(0, columns));
    }

    private void say(double share) {
        long tenths = (long) (share * 10);
        if (tenths > saidTenths) {
            saidTenths = tenths;
            console.note("lockstep: " + current + ", " + 10 * tenths + " %");
        }
    }
}
