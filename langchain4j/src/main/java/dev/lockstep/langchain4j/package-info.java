/**
 * Models for LangChain4j that run in the process itself: a service of the engine behind {@code ChatModel}, {@code StreamingChatModel} and
 * {@code EmbeddingModel}.
 */
@NullMarked
package dev.lockstep.langchain4j;

import org.jspecify.annotations.NullMarked;
