package dev.lockstep.host.cache;

import java.io.IOException;

/** An entry is not what was written; it must be made again. */
final class DamagedEntryException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedEntryException(String message) {
        super(message);
    }
}
