/**
 * A model behind HTTP: the APIs of OpenAI, Ollama and llama.cpp, metrics, and a page to talk on. {@link dev.lockstep.server.LockstepServer} is the
 * way in.
 */
@NullMarked
package dev.lockstep.server;

import org.jspecify.annotations.NullMarked;
