/** Models that are called by a short name: where they lie, and how they come there. */
@NullMarked
package dev.lockstep.cli.models;

import org.jspecify.annotations.NullMarked;
