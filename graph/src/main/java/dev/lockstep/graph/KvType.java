package dev.lockstep.graph;

/** Element type of the KV cache: what keys and values are rounded to when they are appended. */
public enum KvType {
    F16(2),
    F32(4);

    private final int bytes;

    KvType(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }
}
