package dev.lockstep.text;

import java.text.Normalizer;
import java.util.function.Consumer;

/**
 * The text preparation of uncased BERT: case folded, accents and control characters dropped, cut at white space, around
 * punctuation and around Chinese characters. Gives words that begin with a {@link SpaceMark}.
 */
final class BertSplitter implements WordSplitter {
    @Override
    public void split(CharSequence text, Consumer<String> words) {
        var word = new StringBuilder();
        Normalizer.normalize(text, Normalizer.Form.NFD).codePoints().forEach(codePoint -> {
            if (isSpace(codePoint)) {
                end(word, words);
            } else if (isDropped(codePoint)) {
                return;
            } else if (standsAlone(codePoint)) {
                end(word, words);
                word.appendCodePoint(codePoint);
                end(word, words);
            } else {
                word.appendCodePoint(Character.toLowerCase(codePoint));
            }
        });
        end(word, words);
    }

    private static void end(StringBuilder word, Consumer<String> words) {
        if (!word.isEmpty()) {
            words.accept(SpaceMark.MARK + word.toString());
            word.setLength(0);
        }
    }

    private static boolean isSpace(int codePoint) {
        return Character.isWhitespace(codePoint) || Character.isSpaceChar(codePoint);
    }

    private static boolean isDropped(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK,
                    Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> codePoint == 0xfffd;
        };
    }

    private static boolean standsAlone(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            case Character.MATH_SYMBOL, Character.CURRENCY_SYMBOL, Character.MODIFIER_SYMBOL, Character.OTHER_SYMBOL ->
                codePoint < 0x7f;
            default -> isChinese(codePoint);
        };
    }

    /** The blocks that BERT's own code lists. */
    private static boolean isChinese(int codePoint) {
        return codePoint >= 0x4e00 && codePoint <= 0x9fff
                || codePoint >= 0x3400 && codePoint <= 0x4dbf
                || codePoint >= 0x20000 && codePoint <= 0x2a6df
                || codePoint >= 0x2a700 && codePoint <= 0x2ceaf
                || codePoint >= 0xf900 && codePoint <= 0xfaff
                || codePoint >= 0x2f800 && codePoint <= 0x2fa1f;
    }
}
