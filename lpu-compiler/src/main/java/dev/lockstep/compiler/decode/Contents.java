package dev.lockstep.compiler.decode;

import java.util.ArrayList;
import java.util.List;

/** What the memories of a stage's chips hold, noted while the stage is scheduled. Half layers are counted from the stage's first. */
final class Contents {
    /** Which matrix a tile belongs to. */
    enum Matrix {
        PROJECTIONS,
        LATENT_COMMON,
        LATENT_QUERY,
        LATENT_VALUE,
        OUTPUT,
        GATE_UP,
        DOWN,
        SHARED_GATE,
        SHARED_GATE_UP,
        SHARED_DOWN,
        ROUTER,
        HEAD
    }

    /**
     * Weights, 16 outputs to a group: those of output {@code 16 g + r} lie in word {@code word + g} of the r-th slice that feeds the plane, or of the r-th pair of slices for FP16.
     *
     * @param expert whose weights these are; 0 where there are no others
     * @param input row that is multiplied, counted in the expert
     * @param output number of the tile among the outputs of the chip
     */
    record Tile(int half, Matrix matrix, Plane plane, int word, int groups, int expert, int input, int output) {}

    /** Words of the tables of sines and cosines, in both hemispheres; those of queries hold the scale of scores as well. */
    record Tables(int half, int cosine, int sine, int keyCosine, int keySine) {}

    /**
     * Words of tables of latent attention, in both hemispheres: one in the lanes of the compressed part of a key's last vector, one in the lanes that carry the position,
     * and the scale of scores.
     */
    record LatentTables(int half, int compressed, int positioned, int scale) {}

    /** Word of a tile whose inputs count for the numbers that experts have on this chip; for one more where others are elsewhere, which count for nothing. */
    record LaneNumbers(int word, RoutingShape experts) {}

    /**
     * What the choice of experts reads beside its tables, in both hemispheres: a half, and what is added to scores, in the lanes of outputs.
     *
     * @param bias -1 where nothing is added
     */
    record Scoring(int half, int halves, int bias) {}

    /**
     * A word that is one in the lanes of experts whose neighbour so many lanes further is an expert of the same group.
     *
     * @param group experts of a group; 0 for one of any group
     */
    record Neighbours(int word, int lanes, int group) {}

    /** A word of scales in both hemispheres that are zero behind so many outputs, because these are copied into other lanes. */
    record ShortScale(int word, int outputs) {}

    /** Keys and values of a head. */
    record Cached(int half, int keyHead, Cache cache) {}

    private final List<Tile> tiles = new ArrayList<>();
    private final List<Tables> tables = new ArrayList<>();
    private final List<LatentTables> latentTables = new ArrayList<>();
    private final List<Scoring> scorings = new ArrayList<>();
    private final List<Neighbours> neighbours = new ArrayList<>();
    private final List<ShortScale> shortScales = new ArrayList<>();
    private final List<Cached> caches = new ArrayList<>();
    private int half;
    private final List<LaneNumbers> laneNumbers = new ArrayList<>();
    private int expertOnes = -1;
    private int groupOnes = -1;

    void beginHalf(int number) {
        half = number;
    }

    void tile(Matrix matrix, Plane plane, int word, int groups, int expert, int input, int output) {
        tiles.add(new Tile(half, matrix, plane, word, groups, expert, input, output));
    }

    void laneNumbers(int word, RoutingShape experts) {
        laneNumbers.add(new LaneNumbers(word, experts));
    }

    List<LaneNumbers> laneNumbers() {
        return laneNumbers;
    }

    /** Word of the table of ones that experts are chosen with; -1 where there is none. */
    int expertOnes() {
        return expertOnes;
    }

    void expertOnes(int word) {
        expertOnes = word;
    }

    void tables(int cosine, int sine, int keyCosine, int keySine) {
        tables.add(new Tables(half, cosine, sine, keyCosine, keySine));
    }

    void scoring(int halves, int bias) {
        scorings.add(new Scoring(half, halves, bias));
    }

    List<Scoring> scorings() {
        return scorings;
    }

    void neighbours(int word, int lanes, int group) {
        neighbours.add(new Neighbours(word, lanes, group));
    }

    List<Neighbours> neighbours() {
        return neighbours;
    }

    int groupOnes() {
        return groupOnes;
    }

    void groupOnes(int word) {
        groupOnes = word;
    }

    void latentTables(int compressed, int positioned, int scale) {
        latentTables.add(new LatentTables(half, compressed, positioned, scale));
    }

    List<LatentTables> latentTables() {
        return latentTables;
    }

    void cache(int keyHead, Cache cache) {
        caches.add(new Cached(half, keyHead, cache));
    }

    void shortScale(int word, int outputs) {
        shortScales.add(new ShortScale(word, outputs));
    }

    List<ShortScale> shortScales() {
        return shortScales;
    }

    List<Tile> tiles() {
        return tiles;
    }

    List<Tables> tables() {
        return tables;
    }

    List<Cached> caches() {
        return caches;
    }
}
