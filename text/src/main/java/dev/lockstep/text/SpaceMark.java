package dev.lockstep.text;

/** U+2581, which stands for a space in SentencePiece and WordPiece vocabularies. */
final class SpaceMark {
    static final char MARK = '▁';

    private SpaceMark() {}

    static String write(String text) {
        return text.replace(' ', MARK);
    }

    static String read(String text) {
        return text.replace(MARK, ' ');
    }
}
