package dev.lockstep.engine.service;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Writes down what a listener is told. */
final class EventRecorder implements CompletionListener {
    final List<CompletionEvent> all = new CopyOnWriteArrayList<>();

    @Override
    public void on(CompletionEvent event) {
        all.add(event);
    }

    List<String> texts(int choice) {
        return all.stream()
                .filter(event -> event instanceof CompletionEvent.Text text && text.choice() == choice)
                .map(event -> ((CompletionEvent.Text) event).text())
                .toList();
    }
}
