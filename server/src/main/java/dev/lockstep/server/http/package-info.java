/** What all endpoints share: reading JSON, refusing, streaming, and who may come in. */
@NullMarked
package dev.lockstep.server.http;

import org.jspecify.annotations.NullMarked;
