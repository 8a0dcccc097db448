package dev.lockstep.text;

import java.util.function.Consumer;

/** Cuts text where no token may reach across. */
interface WordSplitter {
    /** Gives the text, as it is or normalised, to {@code words}, in order and in parts that are not empty. */
    void split(CharSequence text, Consumer<String> words);
}
