package dev.lockstep.graph;

/** One operation of a graph and the value it defines. */
public record Node(Value value, Op op) {}
