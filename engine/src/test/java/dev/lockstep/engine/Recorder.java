package dev.lockstep.engine;

import java.util.ArrayList;
import java.util.List;

/** Writes down what a listener is told. */
class Recorder implements GenerationListener {
    final List<String> texts = new ArrayList<>();
    final List<Integer> tokens = new ArrayList<>();
    final List<String> prefills = new ArrayList<>();

    @Override
    public void text(String text) {
        texts.add(text);
    }

    @Override
    public void token(int token) {
        tokens.add(token);
    }

    @Override
    public void prefill(int done, int total) {
        prefills.add(done + "/" + total);
    }
}
