package dev.lockstep.text;

/** Encodes a piece of text that is independent of the text around it. */
interface WordEncoder {
    int[] encode(String word);
}
