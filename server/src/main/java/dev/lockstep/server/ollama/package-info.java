/** The API of Ollama, so that its clients find what they look for. */
@NullMarked
package dev.lockstep.server.ollama;

import org.jspecify.annotations.NullMarked;
