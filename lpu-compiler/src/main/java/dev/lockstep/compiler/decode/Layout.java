package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.machine.Hemisphere;
import java.util.List;

/** Where values lie in the slices next to the vector unit, and how far the slices that stream are filled. */
final class Layout {
    /** FP16 rows: the residual stream, queries, probabilities, hidden rows. */
    private static final List<Integer> ROWS = List.of(0, 1);

    private static final List<Integer> WAITING = List.of(2);
    /** East only: what a chip keeps of a sum while the others' parts are on their way. */
    private static final List<Integer> OWN = List.of(2, 3);

    private static final List<Integer> WIDE_EAST = List.of(4, 5, 6, 7);
    private static final List<Integer> WIDE_WEST = List.of(3, 4, 5, 6);
    private static final int OWN_FIRST = 1024;
    private static final int NODE_FIRST = 1280;
    private static final int QUERIES = 128;
    private static final int PROBABILITIES = 256;
    private static final int OUTPUTS = 2048;
    private static final int HIDDEN = 2176;
    private static final int CURRENT = 2304;
    private static final int SQUARES = 2400;
    private static final int LATENT_QUERIES = 2500;
    private static final int LATENT_CONTEXTS = 2550;
    private static final int PARTIAL = 2600;
    private static final int UNITS = 3000;
    /** Tables of a position, one row's behind the other's. */
    private static final int POSITION = 8000;

    private static final int POSITION_TABLES = 3;
    private static final int HEAD_LANES = 4003;
    private static final int VALUE = 4010;
    private static final int SHIFTED_VALUE = 4050;
    /** Heads of keys of a chip. */
    static final int MOST_KEY_HEADS = 40;

    private static final int LOGITS = 3900;
    private static final int ROUTED = 4004;
    private static final int ROUTED_BANKS = 7640;
    private static final int OWNED = 7660;
    private static final int EXPERT_SCORES = 7680;
    private static final int LANE_SETS = 7520;
    private static final int PRODUCTS = 7600;
    private static final int POWERS = 7560;
    private static final int GATE_UP_OFFSETS = 7400;
    private static final int DOWN_OFFSETS = 7440;
    private static final int CHOSEN_SETS = 7480;
    private static final int SHARES = 1600;
    private static final int SCORES = 4096;

    private int constants;
    private final Contents contents = new Contents();
    private int streaming;
    private int cached;

    /** A block of the residual stream. */
    static Place residual(int block) {
        return new Place(ROWS, block);
    }

    /** A block of what experts of the stages before have given. */
    static Place partial(int block) {
        return new Place(ROWS, PARTIAL + block);
    }

    static Place query(int head) {
        return new Place(ROWS, QUERIES + head);
    }

    /** Elements from which latent queries are made. */
    static Place latentQueries(int block) {
        return new Place(ROWS, LATENT_QUERIES + block);
    }

    /** What a head has seen, in latent form: one of the vectors of all heads. */
    static Place latentContext(int vector) {
        return new Place(ROWS, LATENT_CONTEXTS + vector);
    }

    static Place probabilities(int block, int head) {
        return new Place(ROWS, PROBABILITIES + 8 * block + head);
    }

    static Place attended(int block) {
        return new Place(ROWS, OUTPUTS + block);
    }

    static Place hidden(int block) {
        return new Place(ROWS, HIDDEN + block);
    }

    /** The low bytes of a vector that has arrived, until the high ones come. */
    static Place waiting(int port, int block) {
        return new Place(WAITING, 64 * port + block % 64);
    }

    static Place ownPart(int block) {
        return new Place(OWN, OWN_FIRST + block);
    }

    static Place ownNode(int block) {
        return new Place(OWN, NODE_FIRST + block);
    }

    static Place scores(Hemisphere hemisphere, int block, int head) {
        return new Place(wide(hemisphere), SCORES + 8 * block + head);
    }

    /** The value of the current position for a head of keys, FP32. */
    static Place value(Hemisphere hemisphere, int keyHead) {
        return new Place(wide(hemisphere), VALUE + keyHead);
    }

    /** The same in the lanes behind a head's. */
    static Place shiftedValue(Hemisphere hemisphere, int keyHead) {
        return new Place(wide(hemisphere), SHIFTED_VALUE + keyHead);
    }

    /** Logits of so many outputs. */
    static Place logits(Hemisphere hemisphere, int block) {
        return new Place(wide(hemisphere), LOGITS + block);
    }

    /** What experts are ranked by. */
    static Place routed(Hemisphere hemisphere) {
        return new Place(wide(hemisphere), ROUTED);
    }

    /** Scores of experts that are sigmoids. */
    static Place expertScores(Hemisphere hemisphere) {
        return new Place(wide(hemisphere), EXPERT_SCORES);
    }

    /** What experts are ranked by, moved down by a bank's number of lanes, and continued from the first expert behind the last. */
    static Place routedBank(Hemisphere hemisphere, int bank) {
        return new Place(wide(hemisphere), ROUTED_BANKS + bank);
    }

    /** One in all lanes of the west if the expert in a place is on this chip. */
    static Place owned(int place) {
        return new Place(WIDE_WEST, OWNED + place);
    }

    /** The share of the expert in a place, FP16 in all lanes, where no scales are read meanwhile; behind all places, that of what all tokens use. */
    static Place share(int place) {
        return new Place(OWN, SHARES + place);
    }

    /** Where gate and up of the expert in a place begin, INT32 in all lanes of the east. */
    static Place gateUpOffset(int place) {
        return new Place(WIDE_EAST, GATE_UP_OFFSETS + place);
    }

    /** The same for down. */
    static Place downOffset(int place) {
        return new Place(WIDE_EAST, DOWN_OFFSETS + place);
    }

    /** One in the lanes in which down of the expert in a place lies. */
    static Place chosenSet(int place) {
        return new Place(WIDE_EAST, CHOSEN_SETS + place);
    }

    /** What the output of the expert in a place weighs, before shares are made of it, FP32 in all lanes of the west. */
    static Place power(int place) {
        return new Place(WIDE_WEST, POWERS + place);
    }

    /** For each lane, the set to which it belongs; -1 behind the last set. */
    static Place laneSets() {
        return new Place(WIDE_EAST, LANE_SETS);
    }

    /** Hidden elements of the expert in a place before they are copied into the lanes of every set. */
    static Place product(Hemisphere hemisphere, int place) {
        return new Place(wide(hemisphere), PRODUCTS + place);
    }

    /** Added to the scores of the last block: zero where there are positions, hugely negative behind them. */
    static Place mask(Hemisphere hemisphere, StepRow row) {
        return position(hemisphere, row, 0);
    }

    /** Zero in the lane of the current position, one in all others. */
    static Place otherLanes(Hemisphere hemisphere, StepRow row) {
        return position(hemisphere, row, 1);
    }

    /** Zero in the lanes of the set to which the current position's key belongs, one in all others. */
    static Place otherSets(Hemisphere hemisphere, StepRow row) {
        return position(hemisphere, row, 2);
    }

    private static Place position(Hemisphere hemisphere, StepRow row, int table) {
        return new Place(wide(hemisphere), POSITION + POSITION_TABLES * row.number() + table);
    }

    /** One in the lanes of a head's elements: the first head's in the east, the second one's in the west. */
    static Place headLanes(Hemisphere hemisphere) {
        return new Place(wide(hemisphere), HEAD_LANES);
    }

    /** A row that is one in one lane. */
    static Place unit(int lane) {
        return new Place(ROWS, UNITS + lane);
    }

    /** Lanes' sums of squares. */
    static Place squares(int row) {
        return new Place(ROWS, SQUARES + row);
    }

    /** What a row of probabilities has for the current position alone. */
    static Place current(int head) {
        return new Place(ROWS, CURRENT + head);
    }

    /** Room for a constant vector of FP32, at the same word in both hemispheres. */
    int constant() {
        return constants++;
    }

    static Place constant(Hemisphere hemisphere, int word) {
        return new Place(wide(hemisphere), word);
    }

    int constants() {
        return constants;
    }

    Contents contents() {
        return contents;
    }

    /** Room in every streaming slice. */
    int streaming(int words) {
        int first = streaming;
        streaming += words;
        return first;
    }

    int streamingWords() {
        return streaming;
    }

    /** Room in every streaming slice for keys or values of one user, counted from the base of the user's cache. */
    int cached(int words) {
        int first = cached;
        cached += words;
        return first;
    }

    int cachedWords() {
        return cached;
    }

    private static List<Integer> wide(Hemisphere hemisphere) {
        return hemisphere == Hemisphere.EAST ? WIDE_EAST : WIDE_WEST;
    }
}
