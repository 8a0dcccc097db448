package dev.lockstep.text;

import java.util.List;
import java.util.SplittableRandom;

/** Text of all kinds: words, digits, white space, scripts of the world, emoji, control characters. */
record RandomText(SplittableRandom random) {
    private static final List<String> SNIPPETS = List.of(
            "hello",
            " world",
            "'ll",
            "'S",
            "  ",
            "\n\n",
            "\r\n",
            "\t",
            " \u3000",
            "1234567",
            "3.14",
            "été",
            "e\u0301",
            "कि",
            "ភាសា",
            "漢字",
            "日本語",
            "한국어",
            "Ελλάδα",
            "ПРИВЕТ",
            "שלום",
            "\u200d",
            "👩\u200d👩\u200d👧",
            "🇩🇪",
            "😶\u200d🌫️",
            "\u0000",
            "\u007f",
            "\u0085",
            "<|eot_id|>",
            "</s>",
            "<0x41>",
            "=====",
            "!?",
            "ſ",
            "ﬁ",
            "𝔘𝔫𝔦",
            "\uffff",
            "\ue000",
            "\ufeff");

    static RandomText of(long seed) {
        return new RandomText(new SplittableRandom(seed));
    }

    String next() {
        var text = new StringBuilder();
        for (int parts = random.nextInt(1, 40); parts > 0; parts--) {
            switch (random.nextInt(4)) {
                case 0 -> text.append(SNIPPETS.get(random.nextInt(SNIPPETS.size())));
                case 1 -> text.append((char) random.nextInt(' ', 0x7f));
                case 2 -> text.appendCodePoint(random.nextInt(0x800));
                default -> text.appendCodePoint(scalar());
            }
        }
        return text.toString();
    }

    /** Any code point but the surrogates. */
    private int scalar() {
        int codePoint = random.nextInt(Character.MAX_CODE_POINT + 1);
        return Character.getType(codePoint) == Character.SURROGATE ? ' ' : codePoint;
    }
}
