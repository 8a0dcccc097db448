package dev.lockstep.text;

import java.util.function.Consumer;

/** Cuts text where no token may reach across. */
interface WordSplitter {
    /** Gives all of the text to {@code words}, in order and in parts that are not empty. */
    void split(String text, Consumer<String> words);
}
