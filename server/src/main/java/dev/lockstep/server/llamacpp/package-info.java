/** The endpoints of llama.cpp's server that editors use: texts to continue, and gaps to fill. */
@NullMarked
package dev.lockstep.server.llamacpp;

import org.jspecify.annotations.NullMarked;
