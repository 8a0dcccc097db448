/** The model behind the endpoints: whether it is there, and how one request gets its answer from it. */
@NullMarked
package dev.lockstep.server.serving;

import org.jspecify.annotations.NullMarked;
