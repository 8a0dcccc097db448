package dev.lockstep.cli;

import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.CompletionListener;

/** Puts the text of a model on standard output as it comes, and the progress of a long prompt on standard error. */
final class StreamedText implements CompletionListener {
    private final Console console;
    private final ProgressBar progress;
    private final boolean shown;
    private boolean lineOpen;
    private boolean first = true;

    StreamedText(Console console, boolean shown) {
        this.console = console;
        this.progress = new ProgressBar(console);
        this.shown = shown;
    }

    @Override
    public void on(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Text(int _, String text) -> text(text);
            case CompletionEvent.Reasoning(int _, String text) -> text(text);
            case CompletionEvent.Prefill(int done, int total) -> prefill(done, total);
            default -> {}
        }
    }

    void text(String text) {
        if (first) {
            console.passed("first token");
            first = false;
        }
        if (shown) {
            console.print(console.terminals().output() ? Printable.harmless(text) : text);
            console.flush();
            lineOpen = !text.endsWith("\n");
        }
    }

    void prefill(int done, int total) {
        progress.progress("reading the prompt", done, total);
    }

    /** Ends the last line if the text did not. */
    void endLine() {
        if (lineOpen) {
            console.print("\n");
        }
        console.flush();
    }
}
