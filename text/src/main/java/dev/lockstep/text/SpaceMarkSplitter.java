package dev.lockstep.text;

import java.util.BitSet;
import java.util.function.Consumer;

/**
 * Marks spaces, and cuts in front of them. SentencePiece knows no words: it joins pairs over the whole text. But a
 * place where no token of the vocabulary has these two characters side by side can never be joined, so cutting there
 * changes nothing, and words can be remembered.
 */
final class SpaceMarkSplitter implements WordSplitter {
    /** Characters that some token has right before a mark. */
    private final BitSet joined = new BitSet();

    SpaceMarkSplitter(Vocabulary vocabulary) {
        joined.set(SpaceMark.MARK);
        for (int token = 0; token < vocabulary.size(); token++) {
            var text = vocabulary.text(token);
            for (int mark = text.indexOf(SpaceMark.MARK, 1); mark > 0; mark = text.indexOf(SpaceMark.MARK, mark + 1)) {
                if (vocabulary.type(token).arisesFromText()) {
                    joined.set(text.charAt(mark - 1));
                }
            }
        }
    }

    @Override
    public void split(CharSequence text, Consumer<String> words) {
        var marked = SpaceMark.write(text.toString());
        int start = 0;
        for (int i = 1; i < marked.length(); i++) {
            if (marked.charAt(i) == SpaceMark.MARK && !joined.get(marked.charAt(i - 1))) {
                words.accept(marked.substring(start, i));
                start = i;
            }
        }
        words.accept(marked.substring(start));
    }
}
