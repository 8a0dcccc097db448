package dev.lockstep.lpu.machine;

/** One end of a link: a port of a chip. */
public record Port(int chip, int port) implements Comparable<Port> {
    @Override
    public int compareTo(Port other) {
        return chip != other.chip ? Integer.compare(chip, other.chip) : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return "chip " + chip + " port " + port;
    }
}
