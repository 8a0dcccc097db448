package dev.lockstep.lpu.machine;

/** How much a number of a machine description can be relied on. */
public enum Status {
    /** Printed by the maker in a paper, brief or manual. */
    PUBLISHED,
    /** Follows from published numbers by the arithmetic in the note. */
    DERIVED,
    /** Seen by users of real chips, not confirmed by the maker. */
    OBSERVED,
    /** Nobody has published it; the note says why this value was chosen. */
    ASSUMED,
    /** Set for one run in place of what the description says. */
    OVERRIDDEN;

    /** Whether reports have to list the number among their assumptions. */
    public boolean isAssumption() {
        return switch (this) {
            case PUBLISHED, DERIVED -> false;
            case OBSERVED, ASSUMED, OVERRIDDEN -> true;
        };
    }
}
