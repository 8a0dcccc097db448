package dev.lockstep.text;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;

/** A tokenizer put together from its parts: special tokens first, then words, then tokens within a word. */
final class SubwordTokenizer implements Tokenizer {
    private final Vocabulary vocabulary;
    private final TokenSpelling spelling;
    private final SpecialTokens special;
    private final Optional<FillTokens> fill;
    private final SpecialTokenSplitter specialSplitter;
    private final SpacePrefix prefix;
    private final WordSplitter wordSplitter;
    private final WordEncoder wordEncoder;

    SubwordTokenizer(
            Vocabulary vocabulary,
            TokenSpelling spelling,
            SpecialTokens special,
            Optional<FillTokens> fill,
            SpecialTokenSplitter specialSplitter,
            SpacePrefix prefix,
            WordSplitter wordSplitter,
            WordEncoder wordEncoder) {
        this.vocabulary = vocabulary;
        this.spelling = spelling;
        this.special = special;
        this.fill = fill;
        this.specialSplitter = specialSplitter;
        this.prefix = prefix;
        this.wordSplitter = wordSplitter;
        this.wordEncoder = new WordCache(wordEncoder);
    }

    @Override
    public int[] encode(String text, boolean addSpecial, boolean parseSpecial) {
        var tokens = new IntList();
        if (addSpecial) {
            tokens.addAll(special.opening());
        }
        boolean first = true;
        boolean afterToken = true;
        for (var part : specialSplitter.split(withoutLoneSurrogates(text), parseSpecial)) {
            switch (part) {
                case SpecialTokenSplitter.Part.Token token -> tokens.add(token.id());
                case SpecialTokenSplitter.Part.Text words -> {
                    var prefixed = prefix.apply(words.text(), first, afterToken);
                    wordSplitter.split(prefixed, word -> tokens.addAll(wordEncoder.encode(word)));
                }
            }
            first = false;
            afterToken = part instanceof SpecialTokenSplitter.Part.Token;
        }
        if (addSpecial) {
            tokens.addAll(special.closing());
        }
        return tokens.toArray();
    }

    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public byte[] bytes(int token) {
        return switch (vocabulary.type(token)) {
            case NORMAL, UNUSED -> spelling.read(vocabulary.text(token));
            case USER_DEFINED -> vocabulary.text(token).getBytes(StandardCharsets.UTF_8);
            case BYTE -> new byte[] {(byte) vocabulary.byteValue(token)};
            case CONTROL, UNKNOWN -> new byte[0];
        };
    }

    @Override
    public String piece(int token) {
        return switch (vocabulary.type(token)) {
            case NORMAL, UNUSED, USER_DEFINED, BYTE -> new String(bytes(token), StandardCharsets.UTF_8);
            case CONTROL, UNKNOWN -> vocabulary.text(token);
        };
    }

    @Override
    public boolean isControl(int token) {
        return vocabulary.type(token) == TokenType.CONTROL;
    }

    @Override
    public boolean isEndOfGeneration(int token) {
        return vocabulary.endsGeneration(token);
    }

    @Override
    public Optional<FillTokens> fillTokens() {
        return fill;
    }

    @Override
    public OptionalInt bos() {
        return special.bos();
    }

    @Override
    public OptionalInt eos() {
        return special.eos();
    }

    @Override
    public boolean addsBos() {
        return special.opening().length > 0;
    }

    @Override
    public boolean addsSpacePrefix() {
        return prefix != SpacePrefix.NEVER;
    }

    private static String withoutLoneSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Character.isSurrogate(text.charAt(i))) {
                continue;
            }
            if (Character.isBmpCodePoint(text.codePointAt(i))) {
                return replaceLoneSurrogates(text);
            }
            i++;
        }
        return text;
    }

    private static String replaceLoneSurrogates(String text) {
        var result = new StringBuilder(text.length());
        text.codePoints()
                .map(codePoint -> Character.getType(codePoint) == Character.SURROGATE ? 0xfffd : codePoint)
                .forEach(result::appendCodePoint);
        return result.toString();
    }
}
