package dev.lockstep.compiler.decode;

import java.util.List;

/** A value in memory: byte plane b lies in slice b of the list, all at one word. */
record Place(List<Integer> slices, int word) {}
