package dev.lockstep.compiler.schedule;

import dev.lockstep.lpu.machine.Hemisphere;

/** What one fragment at a time can use, besides queues and streams. */
enum Resource {
    /** The weight buffers of the west planes, from the first load to the installation. */
    WEST_BUFFER,
    EAST_BUFFER,
    /** The active weights of the west planes, from the installation to the last multiplication. */
    WEST_ARRAY,
    EAST_ARRAY,
    /** The links to the other chips of the node, which are all used together. */
    LINKS;

    static Resource buffer(Hemisphere hemisphere) {
        return hemisphere == Hemisphere.WEST ? WEST_BUFFER : EAST_BUFFER;
    }

    static Resource array(Hemisphere hemisphere) {
        return hemisphere == Hemisphere.WEST ? WEST_ARRAY : EAST_ARRAY;
    }

    /** From {@code first} to {@code last}, both included. */
    record Use(Resource resource, int first, int last) {}
}
