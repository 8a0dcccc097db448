package dev.lockstep.host.program;

import dev.lockstep.graph.Graph;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.kernel.Synchronization;
import dev.lockstep.host.kernel.TokenShares;

/**
 * What a step's native function gets: a block of memory, the same for all cores. Words that cores write have a cache line of
 * their own.
 *
 * <pre>
 *     0  weights         address of the packed weights
 *     8  arena           address of the shared arena; private arenas follow it
 *    16  tokens          i64, tokens of this step
 *    24  wanted          i64, how many of them want logits
 *    32  cores           i64
 *    40  entry           address of the step's function
 *    48  arrivals        address of a cache line for each core, with an i32 that counts barriers
 *    64  generation      i32, counts steps
 *   128  sleepers        i32, cores asleep
 *   192  bounds          address of the cores' shares of rows
 *   200  work            address of what the cores have worked
 *   208  token bounds    address of the cores' shares of tokens (see {@link TokenShares})
 *   216  paces           address of what the cores took for theirs
 *   320  angles          8 addresses of RoPE tables, rows of cosines then sines per position
 *   384  last            i64, cycle counter when core 0 left the last barrier
 *   392  phases          address of i64 sums of the cycles of each phase
 *   400  tiles           i64, attention tiles of this step
 *   408  partials        address of what attention to spans leaves for merging
 *   416  trace           address of the step's trace (see {@link TraceLayout}), or 0
 *   424  read            i64, of no meaning: what {@link ReadEmitter} makes of what it reads
 *   432  embeddings      address of the tokens' rows as they are in the table of embeddings, one after the other, if the program expands them
 *   448  per token       i64 position, address of the sequence's table of KV blocks, i64 index of wanted token
 *        per tile        i64 first token, i64 tokens
 * </pre>
 *
 * <p>An attention tile is a run of tokens of one sequence and one KV block, at most as many as {@link #mostTileTokens}.
 */
public final class StepContext {
    public static final long WEIGHTS = 0;
    public static final long ARENA = 8;
    public static final long TOKENS = 16;
    public static final long WANTED = 24;
    public static final long CORES = 32;
    public static final long ENTRY = 40;
    static final long SLEEPERS = 128;

    /** Where the address of the cores' counts of barriers is, see {@link Synchronization#barrier}. */
    public static final long ARRIVALS = 48;

    /** Where the address of the cores' shares of rows is, in steps of one token: an i64 for where each of them begins, of {@link #WHOLE}, and {@link #WHOLE}. */
    public static final long BOUNDS = 192;

    /**
     * Where the address of the cores' work is, in steps of one token: an i64 every {@link #WORK_STRIDE} bytes, to which each adds the cycles of phases that
     * are cut by rows.
     */
    public static final long WORK = 200;

    /** Where the address of the cores' shares of many tokens is, see {@link TokenShares}. */
    public static final long TOKEN_BOUNDS = 208;

    /** Where the address of their paces is. */
    public static final long PACES = 216;

    /** All rows; a power of two. */
    public static final long WHOLE = 1 << 16;

    public static final long WORK_STRIDE = 64;

    static final long LAST_CYCLE = 384;

    /** Where the address of the phases' cycle counts is. */
    public static final long PHASE_CYCLES = 392;

    /** Where the address of the trace is; 0 asks for none. */
    public static final long TRACE = 416;

    /** Where the number of attention tiles is. */
    public static final long TILES = 400;

    /** Where the address of partial results of attention is. */
    public static final long PARTIALS = 408;

    static final long READ = 424;

    /** Where the address of embedding rows to expand is. */
    public static final long EMBEDDINGS = 432;

    private static final long ANGLES = 320;
    private static final int MAX_ANGLES = 8;
    private static final long PER_TOKEN = 448;

    /** Where the words for starting steps are. */
    public static final Synchronization.Words WORDS = new Synchronization.Words(64, SLEEPERS, ENTRY);

    private StepContext() {}

    /** Where the address of RoPE table {@code index} is. */
    public static long angles(int index) {
        if (index >= MAX_ANGLES) {
            throw new IllegalArgumentException("more than " + MAX_ANGLES + " kinds of RoPE in one model");
        }
        return ANGLES + 8L * index;
    }

    /** Where the positions of the tokens are. */
    public static long positions() {
        return PER_TOKEN;
    }

    /** Where the addresses of the tokens' tables of KV blocks are. */
    public static long blockTables(int capacity) {
        return PER_TOKEN + 8L * capacity;
    }

    /** Where the indices of wanted tokens are. */
    public static long wantedIndices(int capacity) {
        return PER_TOKEN + 16L * capacity;
    }

    /** Bytes of the context of a machine for steps of up to {@code capacity} tokens. */
    public static long bytes(int capacity) {
        return PER_TOKEN + 40L * capacity;
    }

    /** Where the first tokens of attention tiles are. */
    public static long tileTokens(int capacity) {
        return PER_TOKEN + 24L * capacity;
    }

    /** Where the sizes of attention tiles are. */
    public static long tileSizes(int capacity) {
        return PER_TOKEN + 32L * capacity;
    }

    /** Most tokens of an attention tile of a graph. */
    public static int mostTileTokens(Graph graph) {
        return graph.attentions().stream()
                .mapToInt(Kernels::attendTileTokens)
                .min()
                .orElse(1);
    }
}
