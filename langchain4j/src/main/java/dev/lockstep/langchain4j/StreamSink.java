package dev.lockstep.langchain4j;

import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;

/** Who gets the events of an answer, one after the other. */
sealed interface StreamSink permits HandlerSink, SubscriberSink {
    /** Whether it wants no more of them. */
    boolean gone();

    /** Takes an event; may block. */
    void event(ChatModelStreamingEvent event) throws InterruptedException;

    /** The end, behind the last event. */
    void completed();

    /** The end instead of it. */
    void failed(Throwable cause);
}
