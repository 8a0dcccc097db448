/** Counters and histograms in the text format of Prometheus. */
@NullMarked
package dev.lockstep.server.metrics;

import org.jspecify.annotations.NullMarked;
