package dev.lockstep.text.template;

/**
 * What one rendering may spend. A unit is one evaluated node, one character of text that was made or searched, or an
 * eighth of a list element that was made; so the budget bounds time and memory alike. It grows with the size of the
 * variables, because a long conversation justifies more work than a short one.
 */
final class Budget {
    private static final long BASE_UNITS = 8_000_000;
    private static final long UNITS_PER_INPUT_UNIT = 64;
    private static final int UNITS_PER_ELEMENT = 8;
    private static final int MAX_DEPTH = 400;

    private long remaining = BASE_UNITS;
    private int depth;

    void growWithInput(long inputUnits) {
        remaining += UNITS_PER_INPUT_UNIT * inputUnits;
    }

    void spend(long units) {
        remaining -= units;
        if (remaining < 0) {
            throw new Fault("the template does more work than a conversation of this size allows; "
                    + "look for a loop or a multiplication that grows without end");
        }
    }

    void spendElements(long count) {
        spend(Math.multiplyExact(count, UNITS_PER_ELEMENT));
    }

    /** Charges for a search: text search is linear for short needles and may be quadratic for long ones. */
    void spendSearch(String haystack, String needle) {
        spend(haystack.length() * (1L + needle.length() / 32));
    }

    Value.Text text(String made) {
        spend(made.length());
        return new Value.Text(made);
    }

    /** One level deeper in the template or in a value; a failed rendering never comes back to a level, so no finally. */
    void enter() {
        if (++depth > MAX_DEPTH) {
            throw new Fault("the template nests more than " + MAX_DEPTH + " levels deep; simplify it");
        }
    }

    void leave() {
        depth--;
    }
}
