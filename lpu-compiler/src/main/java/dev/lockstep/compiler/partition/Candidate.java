package dev.lockstep.compiler.partition;

/**
 * A partition that was considered.
 *
 * @param reason why it was not taken; how it won for the one that was
 */
public record Candidate(
        Partition partition, MemoryNeed memory, StepCost cost, double tokensPerSecond, int users, String reason) {}
