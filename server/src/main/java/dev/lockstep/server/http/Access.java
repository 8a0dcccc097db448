package dev.lockstep.server.http;

/** Who may use an endpoint. */
public enum Access {
    /** Everybody who reaches the server. */
    OPEN,
    /** Who has an API key, if the server asks for keys. */
    KEY
}
