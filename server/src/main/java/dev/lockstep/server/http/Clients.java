package dev.lockstep.server.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Everybody who is being answered; those who keep us waiting are dropped. */
final class Clients implements AutoCloseable {
    private static final Duration ROUND = Duration.ofSeconds(1);

    private final Set<Client> clients = ConcurrentHashMap.newKeySet();
    private final Thread watcher;

    Clients() {
        this.watcher = Thread.ofVirtual().name("lockstep-clients").start(this::watch);
    }

    void add(Client client) {
        clients.add(client);
    }

    void remove(Client client) {
        clients.remove(client);
    }

    int size() {
        return clients.size();
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(ROUND);
                clients.stream().filter(Client::overdue).forEach(Client::drop);
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
