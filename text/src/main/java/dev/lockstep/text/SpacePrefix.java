package dev.lockstep.text;

import dev.lockstep.formats.Metadata;

/** Where a space is put before a text, so that its first word is like one inside a sentence. */
enum SpacePrefix {
    NEVER,
    /** Before every text, also between special tokens. */
    EVERYWHERE,
    /** The same, unless the text begins with a space itself. */
    EVERYWHERE_UNMARKED,
    /** Before what a sequence begins with, unless it begins with a space itself. */
    FIRST_UNMARKED;

    static SpacePrefix read(Metadata metadata) {
        if (!metadata.bool(TokenizerKeys.ADD_SPACE_PREFIX).orElse(true)) {
            return NEVER;
        }
        if (metadata.bool(TokenizerKeys.PREFIX_FIRST_ONLY).orElse(false)) {
            return FIRST_UNMARKED;
        }
        return metadata.bool(TokenizerKeys.PREFIX_UNLESS_THERE).orElse(false) ? EVERYWHERE_UNMARKED : EVERYWHERE;
    }

    /**
     * The text with its prefix.
     *
     * @param first whether nothing stands before it
     * @param afterToken whether nothing or a special token stands before it
     */
    String apply(String text, boolean first, boolean afterToken) {
        boolean needed = switch (this) {
            case NEVER -> false;
            case EVERYWHERE -> afterToken;
            case EVERYWHERE_UNMARKED -> afterToken && !isMarked(text);
            case FIRST_UNMARKED -> first && !isMarked(text);
        };
        return needed ? " ".concat(text) : text;
    }

    private static boolean isMarked(String text) {
        return text.startsWith(" ") || text.startsWith(String.valueOf(SpaceMark.MARK));
    }
}
