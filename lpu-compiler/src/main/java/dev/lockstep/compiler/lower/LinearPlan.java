package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Space;
import dev.lockstep.compiler.layout.TileWords;
import dev.lockstep.graph.Weight;

/**
 * Where a matrix lies.
 *
 * @param columns how its columns are spread over activations
 * @param rows how its rows are spread over results, of all chips
 * @param tiles of one chip, relative to the segment's weights
 * @param beside how many matrices stand side by side, one for each expert, if it is more than one
 * @param scales word of the first vector of scales, relative to the segment's constants, where there are any
 */
record LinearPlan(Weight matrix, Space columns, Space rows, TileWords tiles, int beside, int scales) {}
