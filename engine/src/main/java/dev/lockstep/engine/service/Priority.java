package dev.lockstep.engine.service;

/** Who goes first where not all can; within one priority, who came first. */
public enum Priority {
    HIGH,
    NORMAL,
    /** For work that nobody is waiting for. */
    LOW
}
