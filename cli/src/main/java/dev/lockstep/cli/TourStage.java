package dev.lockstep.cli;

/** A part of the tour: half a minute, one thought. */
interface TourStage {
    String title();

    void show(Tour tour);
}
