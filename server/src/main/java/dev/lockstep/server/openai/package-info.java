/** The API of OpenAI, as far as a text model can answer it. */
@NullMarked
package dev.lockstep.server.openai;

import org.jspecify.annotations.NullMarked;
