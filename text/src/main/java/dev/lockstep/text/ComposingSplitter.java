package dev.lockstep.text;

import java.text.Normalizer;
import java.util.function.Consumer;

/** Brings a text to normal form C before it is cut: a letter with an accent is one character wherever it can be. */
record ComposingSplitter(WordSplitter words) implements WordSplitter {
    @Override
    public void split(CharSequence text, Consumer<String> taker) {
        words.split(Normalizer.normalize(text, Normalizer.Form.NFC), taker);
    }
}
