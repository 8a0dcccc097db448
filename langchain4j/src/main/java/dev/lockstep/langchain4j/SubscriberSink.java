package dev.lockstep.langchain4j;

import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;

/** A subscriber of an answer, who gets as many events as he asks for; one who throws has cancelled. Rules are those of Reactive Streams. */
final class SubscriberSink implements StreamSink, Subscription {
    private final Subscriber<? super ChatModelStreamingEvent> subscriber;

    /** Events that are asked for and not there yet. */
    private long demand;

    private boolean gone;
    private boolean askedWrongly;
    private Runnable cancellation = () -> {};

    SubscriberSink(Subscriber<? super ChatModelStreamingEvent> subscriber) {
        this.subscriber = subscriber;
    }

    /** What a cancellation does; at once if there was one already. */
    synchronized void onCancel(Runnable cancellation) {
        this.cancellation = cancellation;
        if (gone) {
            cancellation.run();
        }
    }

    @Override
    public synchronized void request(long events) {
        askedWrongly |= events <= 0;
        demand = Long.MAX_VALUE - demand < events ? Long.MAX_VALUE : demand + Math.max(0, events);
        notifyAll();
    }

    @Override
    public synchronized void cancel() {
        gone = true;
        cancellation.run();
        notifyAll();
    }

    @Override
    public synchronized boolean gone() {
        return gone;
    }

    @Override
    public void event(ChatModelStreamingEvent event) throws InterruptedException {
        if (!wanted()) {
            return;
        }
        try {
            subscriber.onNext(event);
        } catch (RuntimeException fault) {
            cancel();
        }
    }

    /** Waits until an event is asked for; false if none will be. */
    private synchronized boolean wanted() throws InterruptedException {
        while (demand == 0 && !gone && !askedWrongly) {
            wait();
        }
        if (askedWrongly && !gone) {
            cancel();
            subscriber.onError(new IllegalArgumentException("a subscriber has to ask for one event at least"));
        }
        if (gone) {
            return false;
        }
        demand -= demand == Long.MAX_VALUE ? 0 : 1;
        return true;
    }

    @Override
    public void completed() {
        if (!gone()) {
            subscriber.onComplete();
        }
    }

    @Override
    public void failed(Throwable cause) {
        if (!gone()) {
            subscriber.onError(cause);
        }
    }
}
